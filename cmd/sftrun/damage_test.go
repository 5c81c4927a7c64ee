package main_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The number of times that TestDamagedFilesOfAProject damages a file. Many more:
//
//	TMPDIR=/dev/shm go test ./cmd/sftrun -run DamagedFiles -damages 1000 -timeout 60m
var damages = flag.Int("damages", 24, "times that a file of a project is damaged")

// Any file that an apply leaves is cut somewhere, or a bit of it is flipped. Each command says what is wrong and what to do,
// in a line, or has no need of it; the next apply makes again what it finds damaged and needs; with the published files
// gone it needs all that they are made of. No answer is asked for again but those that are said to be damaged.
func TestDamagedFilesOfAProject(t *testing.T) {
	if testing.Short() {
		t.Skip("applies many times")
	}
	s := &tale{name: "the quickstart", start: quickstart(t), args: []string{"apply", "--yes"}}
	s.start.mustApply()
	s.after, s.answers = s.start.published(), s.start.durable()
	files := s.start.kept()
	random := rand.New(rand.NewPCG(3, 4))
	t.Run("each", func(t *testing.T) {
		for i := range *damages {
			name := files.pick(random, i)
			size := len(s.start.read(name))
			at := 0
			if size > 0 {
				at = random.IntN(size)
			}
			cut := random.IntN(2) == 0
			t.Run(fmt.Sprintf("%s at %d of %d, cut %v", name, at, size, cut), func(t *testing.T) {
				t.Parallel()
				s.damage(t, name, at, cut)
			})
		}
	})
}

// leavings are the files that an apply leaves, by what they are.
type leavings map[string][]string

func (p *project) kept() leavings {
	all := leavings{}
	for _, folder := range []string{".sftrun", "output"} {
		p.eachFile(folder, func(name string, _ []byte) {
			what := name
			if rest, ok := strings.CutPrefix(name, "store/"); ok {
				what, _, _ = strings.Cut(rest, "/")
			}
			all[what] = append(all[what], folder+"/"+name)
		})
	}
	return all
}

// pick takes each class of files in turn.
func (l leavings) pick(random *rand.Rand, i int) string {
	classes := slices.Sorted(maps.Keys(l))
	files := l[classes[i%len(classes)]]
	return files[random.IntN(len(files))]
}

func (s *tale) damage(t *testing.T, name string, at int, cut bool) {
	p := s.start.copy(t)
	p.harm(name, at, cut)
	for _, args := range [][]string{{"plan"}, {"status"}, {"show", "transform", "--json", "-n", "0"}} {
		e := p.finish(p.command(args...))
		mustBeClear(t, args[0], e)
		if args[0] == "show" && e.code == 0 && e.out != s.shown(t) {
			t.Error("show tells something else than was made")
		}
	}
	byHand := strings.HasPrefix(name, "output/") && !strings.HasSuffix(name, "pipeline_state.json")
	if !byHand {
		for file := range s.after {
			if err := os.Remove(filepath.Join(p.dir, "output", file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if strings.Contains(name, "ledger.sqlite") || strings.Contains(name, "/answers/") {
		p.forgetActions()
	}
	e := p.finish(p.command("apply", "--yes", "--json"))
	mustBeClear(t, "apply", e)
	if e := p.finish(p.command("status")); e.complaint != "" && !strings.Contains(name, "/answers/") {
		t.Errorf("status in the end: %s", e.complaint)
	}
	if !strings.Contains(name, "/answers/") && p.durable() != s.answers {
		t.Errorf("the ledger holds %d answers, and %d before: something was asked again", p.durable(), s.answers)
	}
	if byHand { // it counts as changed by hand, and is left alone
		if e := p.finish(p.command("apply", "--yes", "--force")); e.code != 0 {
			t.Errorf("apply --force: exit code %d: %s", e.code, e.complaint)
		}
	} else if e.code != 0 {
		t.Errorf("apply: exit code %d: %s", e.code, e.complaint)
	}
	if d := cmp.Diff(s.after, p.published()); d != "" {
		t.Errorf("published files differ: %s", d)
	}
	if e := p.finish(p.command("plan", "--detailed-exitcode")); e.code != 0 {
		t.Errorf("the plan is not empty:\n%s", e.out)
	}
}

// forgetActions takes the records of what was done out of the store, so that all of it is done again and every answer is
// needed.
func (p *project) forgetActions() {
	p.t.Helper()
	for _, folder := range []string{"actions", "steps"} {
		if err := os.RemoveAll(filepath.Join(p.dir, ".sftrun/store", folder)); err != nil {
			p.t.Fatal(err)
		}
	}
}

// harm cuts a file, or flips a bit of it.
func (p *project) harm(name string, at int, cut bool) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	data := []byte(p.read(name))
	if cut || len(data) == 0 {
		data = data[:at]
	} else {
		data[at] ^= 1 << (at % 8)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// shown is what show tells of the undamaged project.
func (s *tale) shown(t *testing.T) string {
	t.Helper()
	out := s.start.finish(s.start.command("show", "transform", "--json", "-n", "0"))
	if out.code != 0 {
		t.Fatal(out.complaint)
	}
	return out.out
}

// mustBeClear makes sure that a command did its work, or said in one line why not; of damage that it could live with it
// may tell too.
func mustBeClear(t *testing.T, command string, e ending) {
	t.Helper()
	errors := 0
	for line := range strings.Lines(e.complaint) {
		if !strings.HasPrefix(line, "warning: ") {
			errors++
		}
	}
	if e.code != 0 && e.code != 1 || errors != e.code || strings.Contains(e.complaint, "panic") || strings.Contains(e.complaint, "defect") {
		t.Errorf("%s: exit code %d: %s", command, e.code, e.complaint)
	}
	if e.complaint != "" {
		t.Logf("%s: %s", command, e.complaint)
	}
}
