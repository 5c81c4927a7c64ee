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
		"words behind the fence":      {"```xml\n<steer>a</steer>\n```\nDone.", "<steer>a</steer>"},
		"words before the fence":      {"Here it is:\n\n```\n<steer>a</steer>\n```", "<steer>a</steer>"},
		"words on both sides, inner fences": {
			"Sure!\n```xml\n<exec>\n```python\nx\n```\n</exec>\n```\nDone.", "<exec>\n```python\nx\n```\n</exec>"},
		"longer fences among words":    {"A:\n````\n<exec>\n```\nx\n```\n</exec>\n````\n", "<exec>\n```\nx\n```\n</exec>"},
		"fences around words alone":    {"```\nA\n```\nDone.", "```\nA\n```\nDone."},
		"prose that holds code":        {"So:\n```py\nx = 1\n```", "So:\n```py\nx = 1\n```"},
		"code before sections":         {"```\nx\n```\n<steer>a</steer>", "```\nx\n```\n<steer>a</steer>"},
		"code between sections":        {"<steer>a</steer>\n```\n<exec>x</exec>\n```\n<exec>b</exec>", "<steer>a</steer>\n```\n<exec>x</exec>\n```\n<exec>b</exec>"},
		"outer fence never closed":     {"A:\n```xml\n<exec>\n```\nx\n```\n</exec>", "A:\n```xml\n<exec>\n```\nx\n```\n</exec>"},
		"backquotes within a sentence": {"Use ``` here\n<steer>a</steer>\n```", "Use ``` here\n<steer>a</steer>\n```"},
		"inline code first":            {"As ```a``` or\n```a```\n```\n<exec>a</exec>\n```", "<exec>a</exec>"},
		"language with attributes":     {"```python x=1 {.n}\n<steer>a</steer>\n```", "<steer>a</steer>"},
		"a sentence after the fence":   {"```Let me see\nx\n```", "Let me see\nx"},
		"inline code":                  {"`a` and `b`", "`a` and `b`"},
		"fences alone":                 {"``````", "``````"},
	} {
		if got := think.Clean(c.reply); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"```xml\n<steer>😀</steer>\n```", "\ufeff ```\n```", "<exec>中</exec>", "````a````", "\xff",
		"```\n```\na\n```\n```", "~~~\na\n~~~", "```\na", "a\n```", "“a”", "\"<steer>a</steer>\"", "```json\r\n<exec>a</exec>\r\n```\r\n", "\u200b<steer>a</steer>", strings.Repeat("`", 5000), "Sure! Here:\n```\n<steer>a</steer>\n```\nDone."} {
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
