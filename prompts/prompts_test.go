package prompts_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"sftrun.local/prompts"
)

func TestUserPromptsHoldTheTraceOnce(t *testing.T) {
	for _, name := range []string{"user.md", "user_terse.md"} {
		if n := strings.Count(read(t, name), "{think_text}"); n != 1 {
			t.Errorf("%s holds {think_text} %d times, want once", name, n)
		}
	}
}

// The example in the system prompt is what models imitate, so it must follow the prompt's own rules.
func TestExampleFollowsItsOwnRules(t *testing.T) {
	_, example, _ := strings.Cut(read(t, "system.md"), "An example. The trace:\n")
	trace, reply, found := strings.Cut(example, "The reply:\n")
	if !found {
		t.Fatal("no example in system.md")
	}
	pairs := regexp.MustCompile(`<steer>(.*?)</steer>\n<exec>(.*?)</exec>\n`).FindAllStringSubmatch(reply, -1)
	var executed []string
	for _, p := range pairs {
		if words := len(strings.Fields(p[1])); words > 6 {
			t.Errorf("command %q has %d words", p[1], words)
		}
		executed = append(executed, p[2])
	}
	if got, want := strings.Join(executed, " "), strings.TrimSpace(trace); got != want {
		t.Errorf("the exec sections give\n%s\nbut the trace is\n%s", got, want)
	}
}

func TestReadmeNamesEveryPrompt(t *testing.T) {
	names, err := fs.Glob(prompts.Files, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := read(t, "README.md")
	for _, name := range names {
		if name != "README.md" && !strings.Contains(readme, "| `"+name+"` |") {
			t.Errorf("README.md has no row for %s", name)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := prompts.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
