package tokens

import (
	"strings"
	"testing"

	loader "github.com/pkoukk/tiktoken-go-loader"
)

func TestVocabularyKnowsEveryToken(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	for _, name := range Encodings() {
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		ranks := vocabularyOf(t, name)
		for token, want := range ranks {
			checkToken(t, c.vocab, ranks, token, want)
		}
	}
}

// A stretch that is a token counts as one without being merged. That is right because every token is what its bytes are
// merged into, which a vocabulary need not promise.
func TestEveryTokenMergesIntoItself(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	for _, name := range Encodings() {
		c, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		m := &merger{vocab: c.vocab}
		for token := range vocabularyOf(t, name) {
			if len(token) > 1 && m.merge(token) != 1 {
				t.Errorf("%s: %q is merged into %d tokens", name, token, m.merge(token))
			}
		}
	}
}

// vocabularyOf reads the ranks of an encoding's tokens with tiktoken-go.
func vocabularyOf(t *testing.T, encoding string) map[string]int {
	t.Helper()
	file := strings.Replace(encoding, "_edit", "_base", 1) + ".tiktoken"
	ranks, err := loader.NewOfflineLoader().LoadTiktokenBpe(file)
	if err != nil {
		t.Fatal(err)
	}
	return ranks
}

// checkToken checks the rank of a token, and that a byte more makes another token or none.
func checkToken(t *testing.T, v *vocabulary, ranks map[string]int, token string, want int) {
	t.Helper()
	if got := v.rank(token, 0, len(token)); int(got) != want || !v.has(token, 0, len(token)) {
		t.Errorf("rank(%q) = %d, want %d", token, got, want)
	}
	if len(token) == 2 && int(v.pairRank(token, 0)) != want {
		t.Errorf("pairRank(%q) = %d, want %d", token, v.pairRank(token, 0), want)
	}
	text := token + "q12345678"
	longer := text[:len(token)+1]
	_, known := ranks[longer]
	if has, rank := v.has(text, 0, len(longer)), v.rank(text, 0, len(longer)); has != known || (rank != noRank) != known {
		t.Errorf("has(%q) = %t, rank = %d, want %t", longer, has, rank, known)
	}
}

func TestParseVocabulary(t *testing.T) {
	for _, test := range []struct{ file, wantError string }{
		{"YQ== 0\nYWI= 1\nbG9uZyB0b2tlbg== 2\n", ""},
		{"YQ== 0\nYWI=\n", `line 2: "YWI=" is not a token and its rank`},
		{"YQ== 0\n\nYWI= 1\n", `line 2: "" is not a token and its rank`},
		{"Y!== 0\n", `line 1: token "Y!==": illegal base64`},
		{"YQ== x\n", `line 1: rank of "YQ==": strconv.ParseUint`},
		{"YQ== 4294967296\n", `line 1: rank of "YQ==": strconv.ParseUint`},
	} {
		_, err := parseVocabulary([]byte(test.file))
		if test.wantError == "" && err != nil {
			t.Errorf("%q: %v", test.file, err)
		}
		if test.wantError != "" && (err == nil || !strings.HasPrefix(err.Error(), test.wantError)) {
			t.Errorf("%q: error %v, want %s…", test.file, err, test.wantError)
		}
	}
}
