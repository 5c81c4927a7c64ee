package think_test

import (
	"strings"
	"testing"

	"sftrun.local/steps/think"
)

func TestCleanTakesOffOneFence(t *testing.T) {
	for name, c := range map[string]struct{ reply, want string }{
		"plain":                         {"<steer>a</steer>", "<steer>a</steer>"},
		"blanks and byte-order mark":    {"\ufeff \n<steer>a</steer>\u3000\n\ufeff", "<steer>a</steer>"},
		"nothing":                       {" \ufeff\n", ""},
		"fenced":                        {"```\n<steer>a</steer>\n```", "<steer>a</steer>"},
		"fenced with language":          {"```xml\n<steer>a</steer>\n```\n", "<steer>a</steer>"},
		"language and carriage returns": {"```xml \r\n<steer>a</steer>\r\n```\r\n", "<steer>a</steer>"},
		"byte-order mark inside":        {"```xml\n\ufeff<steer>a</steer>\n```", "<steer>a</steer>"},
		"inner fences of a fenced reply": {
			"```xml\n<exec>\n```python\nx = 1\n```\n</exec>\n```", "<exec>\n```python\nx = 1\n```\n</exec>"},
		"inner fences of a plain reply": {
			"<exec>\n```python\nx = 1\n```\n</exec>", "<exec>\n```python\nx = 1\n```\n</exec>"},
		"an inner fence at its start": {"```\n```py\nx\n```\ny\n```", "```py\nx\n```\ny"},
		"longer fences":               {"````xml\n<exec>```</exec>\n````", "<exec>```</exec>"},
		"on one line":                 {"```<steer>a</steer>```", "<steer>a</steer>"},
		"text in the line of a fence": {"```<steer>a\nb</steer>```", "<steer>a\nb</steer>"},
		"empty fence":                 {"```xml\n```", ""},
		"never closed":                {"```xml\n<steer>a</steer>", "```xml\n<steer>a</steer>"},
		"never opened":                {"<steer>a</steer>\n```", "<steer>a</steer>\n```"},
		"words behind the fence":      {"```xml\na\n```\nDone.", "```xml\na\n```\nDone."},
		"inline code":                 {"`a` and `b`", "`a` and `b`"},
		"fences alone":                {"``````", "``````"},
	} {
		if got := think.Clean(c.reply); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"```xml\n<steer>😀</steer>\n```", "\ufeff ```\n```", "<exec>中</exec>", "````a````", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, reply string) {
		got := think.Clean(reply)
		if !strings.Contains(reply, got) {
			t.Errorf("%q: %q is not part of it", reply, got)
		}
		if think.Trim(got) != got || strings.Trim(got, "\ufeff") != got {
			t.Errorf("%q: %q is not trimmed", reply, got)
		}
		if fenced := think.Clean("```xml\n" + got + "\n```"); fenced != got && !strings.HasSuffix(got, "`") {
			t.Errorf("%q in a fence came back as %q", got, fenced)
		}
	})
}
