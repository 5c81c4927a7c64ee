package tokens

import (
	"slices"
	"strings"
	"testing"
)

// The pieces of a text, separated by |, tell how the patterns differ.
func TestPieces(t *testing.T) {
	fillClasses()
	for _, test := range []struct {
		name string
		scan scanner
		want string
	}{
		{"cl100k", scanCL100K, "It|'s| isn|'T|,| we|'ll|\n\n|  | go"},
		{"o200k", scanO200K, "It's| isn'T|,| we'll|\n\n|  | go"},
		{"r50k", scanR50K, "It|'s| isn|'|T|,| we|'ll|\n\n  | go"},
		{"cl100k", scanCL100K, "HTTPServer|.Listen|(:|808|0|)"},
		{"o200k", scanO200K, "HTTPServer|.Listen|(:|808|0|)"},
		{"r50k", scanR50K, "HTTPServer|.|Listen|(:|8080|)"},
		{"cl100k", scanCL100K, "camelCase|;| //\n|x"},
		{"o200k", scanO200K, "camel|Case|;| //\n|x"},
		{"r50k", scanR50K, "camelCase|;| //|\n|x"},
		{"cl100k", scanCL100K, "日|\u0301"},
		{"o200k", scanO200K, "日\u0301"},
		{"cl100k", scanCL100K, "漢ABC漢A"},
		{"o200k", scanO200K, "漢ABC漢|A"},
	} {
		want := strings.Split(test.want, "|")
		text := strings.Join(want, "")
		if got := pieces(test.scan, text); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", test.name, got, want)
		}
	}
}

func pieces(scan scanner, text string) []string {
	var list []string
	for start := 0; start < len(text); {
		end := scan(text, start)
		list = append(list, text[start:end])
		start = end
	}
	return list
}
