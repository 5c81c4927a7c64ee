package main_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the program says into README.md")

// generated is a block of the README with the command that it shows. "edit A → B; " before it edits the pipeline of
// the quickstart first, after an apply.
var generated = regexp.MustCompile("(?s)<!-- generated: (?:edit ([^\n]*?) → ([^\n]*?); )?sftrun ([^\n]*?) -->\n```\n(.*?)```\n")

func TestReadmeShowsWhatTheProgramSays(t *testing.T) {
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := generated.FindAllSubmatchIndex(text, -1)
	if len(blocks) < 10 {
		t.Fatalf("only %d generated blocks", len(blocks))
	}
	var fresh strings.Builder
	end := 0
	for _, at := range blocks {
		part := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return string(text[at[2*i]:at[2*i+1]])
		}
		said := say(t, part(1), part(2), strings.Fields(part(3)))
		if said != part(4) && !*update {
			t.Errorf("README.md does not show what `sftrun %s` says (go test ./cmd/sftrun -run Readme -update writes it):\n%s", part(3), said)
		}
		fresh.Write(text[end:at[8]])
		fresh.WriteString(said)
		end = at[9]
	}
	fresh.Write(text[end:])
	if *update {
		if err := os.WriteFile(path, []byte(fresh.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// say is what a command says in a new copy of the quickstart, with what differs from machine to machine made equal.
func say(t *testing.T, old, new string, args []string) string {
	p := quickstart(t)
	if old != "" {
		p.mustApply()
		p.edit(old, new)
	}
	out, code := p.run(args...)
	if code != 0 {
		t.Fatalf("sftrun %v: exit code %d", args, code)
	}
	out = strings.ReplaceAll(out, p.dir, "~")
	out = regexp.MustCompile(`run 1, \d+ \w+ \d\d:\d\d`).ReplaceAllString(out, "run 1, 22 Nov 18:40")
	out = regexp.MustCompile(`\(\d+ [GMT]B free\)`).ReplaceAllString(out, "(212 GB free)")
	return strings.Trim(out, "\n") + "\n"
}
