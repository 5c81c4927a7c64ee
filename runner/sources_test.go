package runner_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// shelf is a source of shards that lie in memory: toy://NAME, in states that have numbers.
type shelf struct {
	mu     sync.Mutex
	state  int
	shards map[string]string
	gone   bool     // nothing can be reached
	asked  []string // what was listed and opened
}

func (s *shelf) Claims(text string) bool { return strings.HasPrefix(text, "toy:") }

func (s *shelf) note(what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, what)
	if s.gone {
		return errors.New("toy://shelf: nobody answers.  Try again")
	}
	return nil
}

// took returns what was asked since the last call.
func (s *shelf) took() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func (s *shelf) List(_ context.Context, w steps.Wanted) (runner.Listing, error) {
	if err := s.note("list " + w.From); err != nil {
		return runner.Listing{}, err
	}
	at := fmt.Sprintf("toy://shelf@%d", s.state)
	l := runner.Listing{Pin: at, State: fmt.Sprintf("newest is %d", s.state)}
	for _, name := range slices.Sorted(maps.Keys(s.shards)) {
		text := s.shards[name]
		l.Shards = append(l.Shards, steps.Shard{Name: name, Place: at + "/" + name, Size: int64(len(text)), Digest: store.Digest([]byte(text))})
	}
	return l, nil
}

func (s *shelf) Open(_ context.Context, shard steps.Shard) (steps.Reader, error) {
	if err := s.note("open " + shard.Name); err != nil {
		return nil, err
	}
	return book{bytes.NewReader([]byte(s.shards[shard.Name]))}, nil
}

type book struct{ *bytes.Reader }

func (book) Close() error { return nil }

// onShelf is the toy project with its rows on a shelf.
func onShelf(t *testing.T) (*project, *shelf) {
	t.Helper()
	p := newProject(t)
	s := &shelf{state: 1, shards: map[string]string{"a.jsonl": rows(1, 2, 3, 4), "b.jsonl": rows(5, 6, 7)}}
	p.opt.Sources = []runner.Source{s}
	p.edit(`"data/*.jsonl"`, `"toy://shelf"`)
	return p, s
}

func TestRowsOfASourceAreLikeThoseOfFiles(t *testing.T) {
	local := newProject(t)
	local.apply()
	p, s := onShelf(t)
	plan := p.plan()
	taking := plan.Steps[0].Taking
	if taking == nil || taking.Listed != 2 || taking.Shards != 2 || taking.Rows != -1 || taking.Pins[0] != (runner.Pin{From: "toy://shelf", At: "toy://shelf@1", State: "newest is 1"}) {
		t.Errorf("the plan says of what is taken: %+v", taking)
	}
	if asked := s.took(); !slices.Equal(asked, []string{"list toy://shelf"}) {
		t.Errorf("the plan asked for %q", asked)
	}
	rep := p.apply()
	if got, want := p.read("output/keep.jsonl"), local.read("output/keep.jsonl"); got != want {
		t.Errorf("rows\n%s\nwant\n%s", got, want)
	}
	if pins := rep.Run.Steps[0].Pins; len(pins) != 1 || pins[0].At != "toy://shelf@1" {
		t.Errorf("the run holds the pins %v", pins)
	}
}

func TestAStateThatHoldsTheSameFilesRerunsNothing(t *testing.T) {
	p, s := onShelf(t)
	p.apply()
	s.state, s.shards["c.jsonl"] = 2, rows(8)
	saved := p.bind()
	if got := verdicts(saved.Plan); !strings.HasPrefix(got, "read run 1, keep wait") {
		t.Errorf("with a shard more: %s", got)
	}
	s.state = 3
	if _, err := p.runner().Promise(t.Context(), saved); err != nil {
		t.Errorf("another state of the same files: %v", err)
	}
	s.state, s.shards["c.jsonl"] = 4, rows(9)
	moved := p.moves(saved)
	if len(moved) != 2 || !strings.HasPrefix(moved[0], "toy://shelf moved: newest is 4, and the plan is of toy://shelf@2") || moved[1] != "c.jsonl changed (steps.read)" {
		t.Errorf("another file moved %q", moved)
	}
	s.took()
	p.apply()
	if asked := s.took(); !slices.Contains(asked, "open c.jsonl") || slices.Contains(asked, "open a.jsonl") {
		t.Errorf("asked for %q", asked)
	}
}

func TestASourceThatCannotBeReachedIsTheMistakeOfItsField(t *testing.T) {
	p, s := onShelf(t)
	p.apply()
	s.gone = true
	_, err := p.runner().Plan(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "steps.read.from: toy://shelf: nobody answers (pipeline.cue:") {
		t.Errorf("error %v", err)
	}
	if _, err := p.runner().Show(t.Context(), "keep", false, 0); err != nil {
		t.Errorf("what was made cannot be looked at: %v", err)
	}
	p.edit(`"toy://shelf"`, `"toy://shelf@1"`)
	s.gone = false
	p.apply()
	s.gone = true
	if plan := p.plan(); plan.Changes() {
		t.Errorf("at a state that was listed there is something to do: %s", verdicts(plan))
	}
}
