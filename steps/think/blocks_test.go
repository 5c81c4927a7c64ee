package think_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps/think"
)

func TestBlocksFindsThinkBlocks(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                        nil,
		"no tags":                                 nil,
		"<think>a</think>":                        {"a"},
		"x<THINK>\n a\nb \n</Think>y":             {"a\nb"},
		"<think>a</think><think></think>":         {"a", ""},
		"<think>a<think>b</think>c</think>":       {"a<think>b"},
		"</think>a<think>b":                       nil,
		"</think><think>b</think>":                {"b"},
		"<think>torn":                             nil,
		"<think >a</think>":                       nil,
		"< think>a</think>":                       nil,
		"<think>a</think >b</think>":              {"a</think >b"},
		"<<think>中 😀 <b>é</think>":                {"中 😀 <b>é"},
		"<think>\u3000\u00a0a\u2028\x1f</think>":  {"a"},
		"<think>\u200ba\ufeff</think>":            {"\u200ba\ufeff"},
		"<thin\u212a>a</thin\u212a>":              nil, // a Kelvin sign is not a k
		"İİİ<Think>a</tHINK>":                     {"a"},
		"<think>" + strings.Repeat("<", 50) + "a": nil,
	} {
		var got []string
		for _, b := range think.Blocks(text) {
			got = append(got, b.Text())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestBlockPlacesAreByteOffsets(t *testing.T) {
	text := "İ\u212a 中<Think> a </think>."
	b := think.Blocks(text)[0]
	if whole, inner := text[b.Start:b.End], text[b.TextStart:b.TextEnd]; whole != "<Think> a </think>" || inner != " a " {
		t.Errorf("got %q and %q", whole, inner)
	}
}

// A search that starts over at every tag would not come to an end with these texts.
func TestHostileTextsEnd(t *testing.T) {
	for _, piece := range []string{"<think>", "</think>", "<steer><exec>", "<", "<think", "</execution"} {
		text := strings.Repeat(piece, 8_000_000/len(piece))
		if blocks, sections := think.Blocks(text), think.Sections(text); len(blocks)+len(sections) != 0 {
			t.Errorf("%s: %d blocks, %d sections", piece, len(blocks), len(sections))
		}
	}
}

// edited applies what Edits returns.
func edited(text string, texts []string) string {
	var out strings.Builder
	done := 0
	for _, e := range think.Edits(text, texts) {
		out.WriteString(text[done:e.Start] + e.Text)
		done = e.End
	}
	return out.String() + text[done:]
}

func TestEditsKeepWhatIsOutside(t *testing.T) {
	const text = "a<think>1</think>b<THINK> \n</THINK>c<think>3</think>d"
	for _, c := range []struct {
		name  string
		texts []string
		want  string
	}{
		{"all", []string{"x", "", "z"}, "a<think>\nx\n</think>b<THINK> \n</THINK>c<think>\nz\n</think>d"},
		{"a blank block stays blank", []string{"x", "y", "z"}, "a<think>\nx\n</think>b<THINK> \n</THINK>c<think>\nz\n</think>d"},
		{"first only", []string{"x"}, "a<think>\nx\n</think>b<THINK> \n</THINK>c<think>3</think>d"},
		{"none", nil, text},
	} {
		if got := edited(text, c.texts); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzBlocks(f *testing.F) {
	oracle := regexp.MustCompile(`(?s)<[tT][hH][iI][nN][kK]>(.*?)</[tT][hH][iI][nN][kK]>`)
	for _, seed := range []string{
		"<think>a</think>", "<THINK>é\n</think>中<think></Think>", "<think><think></think></think>", "İ<thin\u212a></think>", "<think>\xff</think>",
		"</think>a<think>b</think>", "<think>a", "<think a='1'>b</think>", "< think>a</think>", "<think\n>a</think>", "<tHiNk>a</THINK>b<think/>", "<<think>></think>>", "<think>a</think ></think>",
		strings.Repeat("<think>a</think>", 3000), strings.Repeat("<think>", 3000), "<think>a\r\n\x00</think>",
	} {
		f.Add(seed, "new")
	}
	f.Fuzz(func(t *testing.T, text, with string) {
		blocks := think.Blocks(text)
		want := oracle.FindAllStringSubmatchIndex(text, -1)
		if len(blocks) != len(want) {
			t.Fatalf("%q: %d blocks, want %d", text, len(blocks), len(want))
		}
		texts := make([]string, len(blocks))
		for i, b := range blocks {
			if got := []int{b.Start, b.End, b.TextStart, b.TextEnd}; !slices.Equal(got, want[i]) {
				t.Errorf("%q: block %d at %v, want %v", text, i, got, want[i])
			}
			texts[i] = with
		}
		if got, want := edited(text, texts), replaced(text, blocks, with); got != want {
			t.Errorf("Edits of %q: got %q, want %q", text, got, want)
		}
	})
}

// replaced does what Edits promises, from the last block to the first.
func replaced(text string, blocks []think.Block, with string) string {
	for _, b := range slices.Backward(blocks) {
		if b.Text() != "" {
			text = text[:b.Start] + "<think>\n" + with + "\n</think>" + text[b.End:]
		}
	}
	return text
}

func BenchmarkBlocks(b *testing.B) {
	text := "<think>\n" + strings.Repeat("So x < 3, hmm. Wait, let me check that again.\n", 500) + "</think>\nThe answer is 2."
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		think.Blocks(text)
	}
}
