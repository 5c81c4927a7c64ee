package tokens_test

import (
	"encoding/base64"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// samples are files in testdata.
var samples = []string{"prose", "maths", "code", "chinese", "japanese", "korean", "russian", "arabic"}

func readSample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A kind of text has something else to slow counting down.
type kind struct {
	name  string
	texts func(testing.TB) []string
}

var kinds = listKinds()

func listKinds() []kind {
	var list []kind
	for _, name := range samples {
		list = append(list, kind{name, func(t testing.TB) []string { return []string{readSample(t, name)} }})
	}
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 6000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	return append(list,
		made("latex", strings.Repeat(`\frac{\partial^2 u}{\partial x_i^2} = \sum_{k=1}^{n} \alpha_k \cdot \mathbf{v}_k $$`+"\n", 60)),
		made("indented", strings.Repeat("                        if x == nil {\n\t\t\t\t\t\treturn err\n                        }\n", 60)),
		made("base64", base64.StdEncoding.EncodeToString(noise)),
		made("digits", randomOf(random, 8000, "0123456789")),
		made("emoji", randomOf(random, 8000, "😀😂🙂🚀👍🔥🎉💡🧠👩🌍")),
		made("hanzi", randomOf(random, 8000, "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生")),
		kind{"traces", func(t testing.TB) []string { return traces(t, 12) }})
}

func made(name, text string) kind {
	return kind{name, func(testing.TB) []string { return []string{text} }}
}

func randomOf(r *rand.Rand, size int, letters string) string {
	list := []rune(letters)
	var b strings.Builder
	for b.Len() < size {
		b.WriteRune(list[r.IntN(len(list))])
	}
	return b.String()
}

// longPieces are a megabyte each, without a place where a pattern would cut them.
var longPieces = map[string]string{
	"letter":  strings.Repeat("a", 1<<20),
	"spaces":  strings.Repeat(" ", 1<<20),
	"letters": randomOf(rand.New(rand.NewPCG(1, 2)), 1<<20, "abcdefghijklmnopqrstuvwxyz"),
	"dna":     randomOf(rand.New(rand.NewPCG(1, 2)), 1<<20, "acgt"),
}
