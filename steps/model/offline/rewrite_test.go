package offline

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden shows what real traces become. Read the golden files to judge the outlines.
func TestGolden(t *testing.T) {
	traces, err := filepath.Glob("testdata/*.trace")
	if err != nil || len(traces) == 0 {
		t.Fatal("no traces", err)
	}
	for _, name := range traces {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".trace"), func(t *testing.T) {
			trace, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if p := problem(string(trace)); p != "" {
				t.Error(p)
			}
			compareGolden(t, strings.TrimSuffix(name, ".trace")+".golden", Rewrite(string(trace))+"\n")
		})
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if that is meant, raise Version and run with -update. Got:\n%s", name, got)
	}
}

func TestTagsInTheTraceStayText(t *testing.T) {
	trace := "He wrote <think>no</think> and </exec> and < / STEER > and <Steering>. Then <exec kind=\"x\"> and </execution\nfollowed."
	want := "He wrote ‹think›no‹/think› and ‹/exec› and ‹ / STEER › and ‹Steering›. Then ‹exec kind=\"x\"› and ‹/execution\nfollowed."
	if got := withoutTags(trace); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if p := problem(trace); p != "" {
		t.Error(p)
	}
}

func TestOtherTagsAreLeftAlone(t *testing.T) {
	for _, s := range []string{"<thinking>", "a < b > c", "<b>executed</b>", "<exec_time>", "<answer>steer</answer>"} {
		if got := withoutTags(s); got != s {
			t.Errorf("%s became %s", s, got)
		}
	}
}

func TestHostileTraces(t *testing.T) {
	for name, trace := range hostile {
		t.Run(name, func(t *testing.T) {
			if p := problem(trace); p != "" {
				t.Error(p)
			}
		})
	}
}

// hostile are traces that are hard to cut or to read.
var hostile = map[string]string{
	"blank":          " \n\t\n ",
	"one letter":     "x",
	"signs":          "… — !!! ***",
	"tags only":      "</exec></steer><steer><exec></think>",
	"nested tags":    "<<think>> <</exec>>",
	"folded letters": "<\u017fteer> <thin\u212a>",
	"broken text":    "a\xff\xfe b\xc3 <exec\xff> \x00 c.",
	"open fence":     "Code:\n```go\nfunc f() {\n\nWait.",
	"open equation":  "So \\[ x = \\frac{1}{2\n\n\\[ y\n",
	"latex steer":    "Let me compute \\(\\frac{\\sqrt{x}}{\\binom{n}{k}}\\) and $\\alpha < \\beta$ now.",
	"no spaces":      strings.Repeat("abcdefghij", 3000),
	"no stops":       strings.Repeat("one two three ", 3000),
	"stops":          strings.Repeat(".", 3000),
	"brackets":       strings.Repeat("<think ", 3000),
	"chinese":        strings.Repeat("等等，我们需要重新计算总时间。", 300),
}

func TestKeptWhole(t *testing.T) {
	fence := "```python\nfor i in range(3):\n\n    print(i)  # Wait. Check. Stop.\n\n\nprint('done')\n```"
	table := "| a | b |\n|---|---|\n| 1 | 2 |"
	equation := "\\[\nx = 1.\n\ny = 2.\n\\]"
	prose := strings.Repeat("Let me check the sum of the digits once more. ", 12)
	trace := strings.Join([]string{prose, fence, prose, table, prose, equation, prose}, "\n\n")
	pairs, err := parse(Rewrite(trace))
	if err != nil {
		t.Fatal(err)
	}
	for _, whole := range []string{fence, table, equation} {
		if !anyExec(pairs, whole) {
			t.Errorf("cut apart: %s", whole)
		}
	}
}

func anyExec(pairs []pair, text string) bool {
	for _, p := range pairs {
		if strings.Contains(p.exec, text) {
			return true
		}
	}
	return false
}

// At quadratic time two megabytes of these would take hours.
func TestHostileTracesEnd(t *testing.T) {
	for name, unit := range map[string]string{
		"prose":    "Wait, let me check the sum of 3 and 4 again. It is 7, so the total cost is $7.\n\n",
		"letters":  "a\n",
		"brackets": "<think \\( $x ",
		"fences":   "```\n~~~\n\\[\n",
	} {
		trace := strings.Repeat(unit, 2<<20/len(unit))
		if Rewrite(trace) == "" {
			t.Errorf("%s: nothing came out", name)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	for _, trace := range hostile {
		f.Add(trace)
	}
	f.Add("First, compute 9!/(6!2!1!) = 252.\n\nWait, is that right? Let me check: 3 * 84 = 252. So the answer is 252.")
	f.Fuzz(func(t *testing.T, trace string) {
		if p := problem(trace); p != "" {
			t.Error(p)
		}
	})
}

func BenchmarkRewrite(b *testing.B) {
	names, err := filepath.Glob("testdata/*.trace")
	if err != nil {
		b.Fatal(err)
	}
	var all strings.Builder
	for all.Len() < 1<<20 {
		for _, name := range names {
			trace, err := os.ReadFile(name)
			if err != nil {
				b.Fatal(err)
			}
			all.Write(trace)
			all.WriteString("\n\n")
		}
	}
	b.SetBytes(int64(all.Len()))
	for b.Loop() {
		Rewrite(all.String())
	}
}
