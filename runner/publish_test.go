package runner_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

func TestFileChangedByHandIsKeptWhileItsResultIsTheSame(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.write("output/top.jsonl", "my notes\n")
	plan := p.plan()
	if len(plan.Publish) != 1 || plan.Publish[0].Why != runner.Kept || plan.Changes() {
		t.Errorf("plan: %v", plan.Publish)
	}
	if rep := p.apply(); rep.Changed || p.read("output/top.jsonl") != "my notes\n" {
		t.Error("it was overwritten")
	}
	p.opt.Force = true
	if !p.plan().Changes() {
		t.Error("a plan with force does not tell that the file will be written")
	}
	p.apply()
	if p.plan().Changes() || !strings.HasPrefix(p.read("output/top.jsonl"), `{"id":"r7"`) {
		t.Error("it was not overwritten by force")
	}
}

func TestFileChangedByHandStopsAnApplyBeforeAnyWork(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.toys.take()
	p.write("output/ask.jsonl", "my notes\n")
	p.edit("target: 4", "target: 3")
	if pub := p.plan().Publish; len(pub) != 1 || pub[0].File != "output/ask.jsonl" || !pub[0].Blocks() {
		t.Errorf("plan: %v", pub)
	}
	_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.HasPrefix(err.Error(), "output/ask.jsonl: changed by hand, so it is not overwritten.  Nothing was done.") {
		t.Errorf("apply: %v", err)
	}
	if done := p.toys.take(); len(done) > 0 || p.read("output/ask.jsonl") != "my notes\n" {
		t.Errorf("executed %v", done)
	}
}

func TestFileOfSomebodyElseStopsTheFirstApply(t *testing.T) {
	p := newProject(t)
	p.write("output/judge.json", "precious")
	if pub := p.plan().Publish; len(pub) != 1 || pub[0].Why != runner.Foreign {
		t.Errorf("plan: %v", pub)
	}
	_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), "output/judge.json: not written by sftrun") || len(p.toys.take()) > 0 {
		t.Errorf("apply: %v", err)
	}
	os.Remove(filepath.Join(p.dir, "output/judge.json"))
	p.apply()
}

func TestLostMemoryOfPublishedFilesIsMadeUpForByTheirContent(t *testing.T) {
	p := newProject(t)
	p.apply()
	os.Remove(filepath.Join(p.dir, ".sftrun/published.json"))
	if plan := p.plan(); plan.Changes() {
		t.Errorf("plan: %v", plan.Publish)
	}
	p.apply()
	p.edit("target: 4", "target: 3")
	if pub := p.plan().Publish; len(pub) != 0 {
		t.Errorf("plan after an edit: %v", pub)
	}
	p.apply()
}

// A kill between the rename of a published file and the last note of it leaves a file that is known again.
func TestKillBetweenRenameAndNoteLeavesAKnownFile(t *testing.T) {
	p := newProject(t)
	p.apply()
	before := p.notes()
	p.edit("target: 4", "target: 3")
	p.apply()
	after := p.notes()
	const file = "output/top.jsonl"
	note := before[file]
	note["nextOf"] = after[file]["of"]
	note["nextDigest"] = after[file]["stamp"].(map[string]any)["digest"]
	after[file] = note
	p.write(".sftrun/published.json", string(store.Seal(steps.Encode(after))))
	if pub := p.plan().Publish; len(pub) != 0 {
		t.Errorf("plan: %v", pub)
	}
	p.edit("target: 3", "target: 2")
	p.apply()
}

// notes are what is remembered of published files.
func (p *project) notes() map[string]map[string]any {
	p.t.Helper()
	text, err := store.Unseal("notes", []byte(p.read(".sftrun/published.json")))
	if err != nil {
		p.t.Fatal(err)
	}
	var notes map[string]map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&notes); err != nil {
		p.t.Fatal(err)
	}
	return notes
}

func TestRemovedFilesAreWrittenAgainWithoutWork(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.toys.take()
	for _, name := range []string{"top.jsonl", "pipeline_state.json"} {
		want := p.read("output/" + name)
		os.Remove(filepath.Join(p.dir, "output", name))
		if pub := p.plan().Publish; len(pub) != 1 || pub[0].File != "output/"+name || pub[0].Why != runner.Missing {
			t.Errorf("plan: %v", pub)
		}
		p.apply()
		if done := p.toys.take(); len(done) > 0 || name == "top.jsonl" && p.read("output/"+name) != want {
			t.Errorf("%s: executed %v", name, done)
		}
		if p.plan().Changes() {
			t.Errorf("%s: the plan is not empty", name)
		}
	}
}

func TestFilesThatNoStepPublishesAnyMoreAreTold(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.edit("top.jsonl", "largest.jsonl")
	p.apply()
	if stale := p.plan().Stale; !slices.Equal(stale, []string{"output/top.jsonl"}) {
		t.Errorf("stale: %v", stale)
	}
}

func TestStateOfStepsOutsideTheTargetStays(t *testing.T) {
	p := newProject(t)
	p.apply()
	before := p.read("output/pipeline_state.json")
	p.edit("min: 3", "min: 4")
	p.opt.Target = "keep"
	p.apply()
	after := p.read("output/pipeline_state.json")
	cut := func(s string) string { return s[strings.Index(s, `"top"`):] }
	if cut(before) != cut(after) {
		t.Errorf("before: %s\nafter: %s", cut(before), cut(after))
	}
}

func TestTrialLeavesTheStateOfCompleteStepsAlone(t *testing.T) {
	p := newProject(t)
	p.apply()
	before := p.read("output/pipeline_state.json")
	p.opt.MaxRows = 2
	p.apply()
	if after := p.read("output/pipeline_state.json"); after != before {
		t.Errorf("before: %s\nafter: %s", before, after)
	}
}

func TestPipelineMayNotReadWhatItPublishes(t *testing.T) {
	p := newProject(t)
	p.edit("data/*.jsonl", "output/*.jsonl")
	p.write("output/mine.jsonl", rows(1))
	_, err := p.runner().Plan(t.Context())
	if err == nil || !strings.Contains(err.Error(), "output/mine.jsonl lies in the output folder") {
		t.Errorf("%v", err)
	}
}

func TestFolderWhereAFileIsToBePublishedIsTold(t *testing.T) {
	p := newProject(t)
	p.write("output/top.jsonl/x", "")
	_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), "top.jsonl is a folder, where a file is to be published") || len(p.toys.take()) > 0 {
		t.Errorf("%v", err)
	}
}
