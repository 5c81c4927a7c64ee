package cli

import (
	"os/exec"
	"strings"
	"testing"
)

func TestAProposedCommandDoesTheSameJob(t *testing.T) {
	for line, want := range map[string]string{
		"plan":                             "sftrun apply",
		"plan --variant short":             "sftrun apply --variant short",
		"plan --target filter --force":     "sftrun apply --force --target filter",
		"plan -C there -t a=b -t c=d":      "sftrun apply -C there -t a=b -t c=d",
		"plan --detailed-exitcode -v":      "sftrun apply",
		"plan --api-key sesame":            "sftrun apply",
		"plan --store x --output y":        "sftrun apply --output y --store x",
		"plan --max-rows 0":                "sftrun apply",
		"apply --free --workers 1":         "sftrun apply --free --workers 1",
		"show transform --max-rows 2 -n 1": "sftrun apply --max-rows 2",
		"status --variant short":           "sftrun apply --variant short",
	} {
		a := running(t, strings.Fields(line)...)
		if got := a.again("apply"); got != want {
			t.Errorf("after %s: %s, want %s", line, got, want)
		}
	}
	a := running(t, "apply", "--max-rows", "500", "--yes", "-C", "my data")
	if got, want := a.again("apply", "--max-rows", "20"), "sftrun apply --max-rows 20 -C 'my data' --yes"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := a.again("show", "transform", "--rejects"), "sftrun show transform --rejects -C 'my data' --max-rows 500"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// running is a call of the program whose command has read its flags.
func running(t *testing.T, args ...string) *app {
	t.Helper()
	a := &app{}
	c, rest, err := a.root().Find(args)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ParseFlags(rest); err != nil {
		t.Fatal(err)
	}
	a.running = c
	return a
}

func TestAShellReadsQuotedWordsBack(t *testing.T) {
	words := []string{"plain", "two words", "it's", `a\b`, "$HOME", "~", "*", "", "a=b;c", "größer", "-C"}
	out, err := exec.Command("sh", "-c", `printf '%s\n' `+quoted(words)).Output()
	if err != nil {
		t.Skip("no shell: ", err)
	}
	if want := strings.Join(words, "\n") + "\n"; string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}
