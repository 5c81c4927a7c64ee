package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sftrun.local/steps/think"
)

// An edit is something that a user may change in the quickstart, and what by hand follows from it. The quickstart has
// four shards, each of one part: sample and filter have an action each for it, stratify one for the candidates of each
// and one that draws (5 in all); transform has one part; validate has one check and one action for the report.
type edit struct {
	name string
	edit func(p *project) // nil = nothing
	args []string         // flags of plan and apply

	actions map[string]int    // that the next apply executes, by step
	least   int               // of them, those whose result nobody could know without executing them
	reasons map[string]string // that the plan before it gives, by step
	reask   bool              // every request is another one, so all are sent; if not, those for texts that no apply has drawn before
	drawn   string            // where stratify publishes, if not as it does by itself
}

// edits are the tables of the files edits_*_test.go.
func edits() []edit {
	return slices.Concat(idleEdits, configEdits, graphEdits, dataEdits, promptEdits, storeEdits, toolEdits)
}

func TestEveryEditRerunsJustWhatDependsOnIt(t *testing.T) {
	rerun(t, wherever(t), edits())
}

// rerun makes edits, each to a copy of a project with a store at some place.
func rerun(t *testing.T, a *away, edits []edit) {
	base := quickstart(t)
	base.away = a
	base.edit("shards:       4", "shards:       10")
	base.mustApply()
	before := thinkTexts(base, "")
	score := scoreboard{}
	t.Run("edits", func(t *testing.T) {
		for _, e := range edits {
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				p := &project{t: t, dir: t.TempDir(), away: base.away, drawn: maps.Clone(before)}
				copyAsIs(t, base.dir, p.dir)
				score.add(e, e.check(p))
			})
		}
	})
	t.Log(score.table())
	if score.executed != score.least {
		t.Errorf("%d actions executed, want the least, %d", score.executed, score.least)
	}
}

// check makes the edit and compares what follows. It returns the number of actions that were executed.
func (e edit) check(p *project) int {
	p.t.Helper()
	if e.edit != nil {
		e.edit(p)
	}
	reasons := p.reasons(e.args...)
	actions, asked := p.executed(e.args...)
	if d := cmp.Diff(e.actions, actions, cmpopts.EquateEmpty()); d != "" {
		p.t.Errorf("actions executed: %s", d)
	}
	if d := cmp.Diff(e.reasons, reasons, cmpopts.EquateEmpty()); d != "" {
		p.t.Errorf("reasons: %s", d)
	}
	e.checkAsked(p, asked["transform"])
	if out, code := p.run(append([]string{"plan", "--detailed-exitcode"}, e.args...)...); code != 0 {
		p.t.Errorf("the plan after the apply is not empty:\n%s", out)
	}
	executed := 0
	for n := range maps.Values(actions) {
		executed += n
	}
	if executed != e.least {
		p.t.Errorf("%d actions executed, want the least, %d", executed, e.least)
	}
	return executed
}

// checkAsked compares the requests that were sent with the distinct think texts drawn that had not been drawn before,
// or with all of them.
func (e edit) checkAsked(p *project, asked int) {
	p.t.Helper()
	want := 0
	for text := range thinkTexts(p, e.drawn) {
		if e.reask || !p.drawn[text] {
			want++
		}
	}
	if asked != want {
		p.t.Errorf("%d requests sent, want %d", asked, want)
	}
}

// thinkTexts is the set of think texts in the published stratified sample.
func thinkTexts(p *project, file string) map[string]bool {
	p.t.Helper()
	if file == "" {
		file = "output/stratified_sample.jsonl"
	}
	texts := map[string]bool{}
	for line := range strings.Lines(p.read(file)) {
		var row struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			p.t.Fatal(err)
		}
		for _, m := range row.Messages {
			if m.Role != "assistant" {
				continue
			}
			for _, b := range think.Blocks(m.Content) {
				if !b.Blank() {
					texts[b.Text()] = true
				}
			}
		}
	}
	return texts
}

// scoreboard adds up what edits cost, and what they had to.
type scoreboard struct {
	mu                     sync.Mutex
	edits, executed, least int
	idle                   int // edits after which nothing was executed
}

func (s *scoreboard) add(e edit, executed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edits++
	s.executed += executed
	s.least += e.least
	if executed == 0 {
		s.idle++
	}
}

func (s *scoreboard) table() string {
	return fmt.Sprintf("\nedits                     %5d\nof them without any work  %5d\nactions executed          %5d\nleast that had to be      %5d\nratio                     %5.2f",
		s.edits, s.idle, s.executed, s.least, float64(s.executed)/float64(max(s.least, 1)))
}

// applied applies what an edit did so far.
func (p *project) applied() {
	p.t.Helper()
	p.mustApply()
	maps.Copy(p.drawn, thinkTexts(p, ""))
}

// afresh forgets the applies before, and applies what an edit did so far.
func (p *project) afresh() {
	p.t.Helper()
	removeAll(p, ".sftrun", "output")
	clear(p.drawn)
	p.applied()
}

// copyAsIs copies a project with the times of its files, by which the tool knows them again.
func copyAsIs(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if e.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if err := copyFile(path, target); err != nil {
			return err
		}
		return os.Chtimes(target, info.ModTime(), info.ModTime())
	})
	if err != nil {
		t.Fatal(err)
	}
}
