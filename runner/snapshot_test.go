package runner_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/runner"
	"sftrun.local/steps/jsonl"
)

// ids of the rows of a step, by the snapshot's parts.
func idsOf(t *testing.T, s *runner.Snapshot, step string) string {
	t.Helper()
	var ids []string
	for _, p := range s.Step(step).Rows {
		data, err := s.Read(t.Context(), step, p.Part)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range jsonl.Rows(data) {
			id, _ := jsonl.String(row, "id")
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

func (p *project) past(number int) *runner.Snapshot {
	p.t.Helper()
	runs, err := p.runner().History(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	s, err := p.runner().Past(p.t.Context(), &runs[number-1])
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *project) present() *runner.Snapshot {
	p.t.Helper()
	s, err := p.runner().Present(p.t.Context(), "the pipeline")
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func load(t *testing.T, s *runner.Snapshot) {
	t.Helper()
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAPastRunCanBeReadAfterThePipelineMovedOn(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.edit("min: 3", "min: 6")
	if s := p.present(); !s.Step("read").Done || s.Step("keep").Done || s.Run != nil {
		t.Errorf("before the apply: %+v", s.Made)
	}
	p.apply()
	now, then := p.present(), p.past(1)
	load(t, now)
	load(t, then)
	if got := idsOf(t, then, "keep"); got != "r3 r4 r5 r6 r7" {
		t.Errorf("run 1 kept %s", got)
	}
	if got := idsOf(t, now, "keep"); got != "r6 r7" {
		t.Errorf("kept now: %s", got)
	}
	if now.Run == nil || now.Run.Number != 2 || string(now.Pipeline) == string(then.Pipeline) {
		t.Errorf("the present is that of %+v", now.Run)
	}
	if d := cmp.Diff(then.Step("keep").Tally, then.Run.Steps[1].Tally); d != "" {
		t.Error(d)
	}
}

// A run that left a step out, or held it to a trial, shows what the run before had made of it.
func TestWhatARunDidNotDoIsAsTheRunBeforeLeftIt(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.write("prompt.md", "Another prompt: {n}")
	p.opt.MaxRows = 1
	p.apply()
	p.opt.MaxRows = 0
	s := p.past(2)
	load(t, s)
	ask := s.Step("ask")
	if ask.Since != 1 || idsOf(t, s, "ask") != idsOf(t, p.loaded(1), "ask") {
		t.Errorf("ask is of run %d: %s", ask.Since, idsOf(t, s, "ask"))
	}
	if d := cmp.Diff(p.past(1).Step("ask").Tally, ask.Tally); d != "" {
		t.Errorf("tally: %s", d)
	}
	if keep := s.Step("keep"); keep.Since != 2 {
		t.Errorf("keep is of run %d", keep.Since)
	}
}

func (p *project) loaded(number int) *runner.Snapshot {
	s := p.past(number)
	load(p.t, s)
	return s
}

func TestWhatIsGoneFromTheStoreIsSaidToBe(t *testing.T) {
	p := newProject(t)
	p.apply()
	s := p.loaded(1)
	discard := func(name string) {
		if err := p.bucket.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	object := func(digest string) string { return "objects/" + digest[:2] + "/" + digest[2:] }
	var gone *runner.GoneError

	part := s.Step("keep").Rows[0].Part
	discard(object(part.Digest))
	if _, err := s.Read(t.Context(), "keep", part); !errors.As(err, &gone) || gone.Step != "keep" || gone.Of != "run 1" {
		t.Errorf("a part is gone: %v", err)
	}
	discard(s.Step("top").Detail.Actions[0])
	if err := p.past(1).Load(t.Context()); !errors.As(err, &gone) || gone.Step != "top" {
		t.Errorf("a record is gone: %v", err)
	}
	discard(object(s.Run.Steps[0].Detail))
	discard(object(s.Run.Digest))
	s = p.past(1)
	if s.Pipeline != nil || !s.Step("read").Gone || s.Step("keep").Gone {
		t.Errorf("a description and the pipeline are gone: %s, %+v", s.Pipeline, s.Made)
	}
	if err := s.Load(t.Context()); !errors.As(err, &gone) || gone.Step != "read" {
		t.Errorf("a description is gone: %v", err)
	}
}
