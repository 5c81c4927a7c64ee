package runner_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const allCached = "read cached, keep cached, top cached, ask cached, judge cached"

func TestFirstApplyMakesEverythingAndTheNextPlanIsEmpty(t *testing.T) {
	p := newProject(t)
	if got, want := verdicts(p.plan()), "read run 2, keep wait, top wait, ask wait, judge wait"; got != want {
		t.Errorf("plan: %s, want %s", got, want)
	}
	rep := p.apply()
	if rep.Outcome != runner.Complete || !rep.Changed {
		t.Errorf("apply: %s, changed %v", rep.Outcome, rep.Changed)
	}
	want := map[string]int{"read": 2, "keep": 2, "top": 3, "ask": 1, "judge": 1}
	if d := cmp.Diff(want, p.toys.take()); d != "" {
		t.Errorf("actions executed: %s", d)
	}
	wantTop := `{"id":"r7","n":7,"read_meta":{"file":"b.jsonl","index":1}}
{"id":"r6","n":6,"read_meta":{"file":"b.jsonl","index":1}}
{"id":"r5","n":5,"read_meta":{"file":"b.jsonl","index":1}}
{"id":"r4","n":4,"read_meta":{"file":"a.jsonl","index":0}}
`
	if d := cmp.Diff(wantTop, p.read("output/top.jsonl")); d != "" {
		t.Errorf("top.jsonl: %s", d)
	}
	first, _, _ := strings.Cut(p.read("output/ask.jsonl"), "\n")
	if want := `{"id":"r7","n":7,"reply":17,"read_meta":{"file":"b.jsonl","index":1},"ask_meta":{"job":"j1","prompt":"prompt.md"}}`; first != want {
		t.Errorf("ask.jsonl: %s, want %s", first, want)
	}

	plan := p.plan()
	if got := verdicts(plan); got != allCached || plan.Changes() {
		t.Errorf("plan after apply: %s, changes %v, publish %v", got, plan.Changes(), plan.Publish)
	}
	if rep := p.apply(); rep.Changed || len(p.toys.take()) > 0 {
		t.Errorf("second apply did something")
	}
}

// Each edit, the actions that the next apply executes, and the reasons that the plan gives, by step.
func TestEditsRerunWhatDependsOnThem(t *testing.T) {
	tests := []struct {
		name    string
		edit    func(p *project)
		actions map[string]int
		reasons map[string]string
	}{
		{"nothing", func(p *project) {}, nil, nil},
		{"a comment", func(p *project) { p.edit("steps: {", "steps: { // all of them") }, nil, nil},
		{"a default written out", func(p *project) { p.edit("publish: \"judge.json\"", "least: 1, publish: \"judge.json\"") }, nil, nil},
		{"a field that no action depends on", func(p *project) { p.edit("min: 3", "min: 3, idle: 7") }, nil, nil},
		{"a step renamed", func(p *project) {
			p.edit("keep: sft", "keep_large: sft")
			p.edit("keep.rows", "keep_large.rows")
		}, nil, nil},
		{"more workers", func(p *project) { p.opt.Workers = 7 }, nil, nil},
		{"min raised, the same rows on top", func(p *project) { p.edit("min: 3", "min: 4") },
			map[string]int{"keep": 2, "top": 2},
			map[string]string{"keep": "steps.keep.min: 3 → 4"}},
		{"min raised above what is on top", func(p *project) { p.edit("min: 3", "min: 5") },
			map[string]int{"keep": 2, "top": 1, "ask": 1, "judge": 1},
			map[string]string{"keep": "steps.keep.min: 3 → 5"}},
		{"target", func(p *project) { p.edit("target: 4", "target: 3") },
			map[string]int{"top": 1, "ask": 1, "judge": 1},
			map[string]string{"top": "steps.top.target: 4 → 3"}},
		{"a field removed", func(p *project) { p.edit(", target: 4", "") },
			map[string]int{"top": 1, "ask": 1, "judge": 1},
			map[string]string{"top": "steps.top.target: 4 → 3"}},
		{"two edits of one step", func(p *project) { p.edit("min: 3", "min: 4, idle: 2") },
			map[string]int{"keep": 2, "top": 2},
			map[string]string{"keep": "steps.keep.min: 3 → 4"}},
		{"the text of a prompt", func(p *project) { p.write("prompt.md", "Say more.") },
			map[string]int{"ask": 1, "judge": 0},
			map[string]string{"ask": "prompt.md changed (steps.ask.prompt)"}},
		{"a prompt moved", func(p *project) {
			p.write("prompts/p.md", "Say something.")
			p.edit("prompt.md", "prompts/p.md")
		}, nil, nil},
		{"a shard touched", func(p *project) { p.write("data/a.jsonl", rows(1, 2, 3, 4)) }, nil, nil},
		{"a row of a shard changed", func(p *project) { p.write("data/a.jsonl", rows(1, 2, 3, 8)) },
			map[string]int{"read": 1, "keep": 1, "top": 2, "ask": 1, "judge": 1},
			map[string]string{"read": "data/a.jsonl changed"}},
		{"one more shard", func(p *project) { p.write("data/c.jsonl", rows(9)) },
			map[string]int{"read": 1, "keep": 1, "top": 2, "ask": 1, "judge": 1},
			map[string]string{"read": "data/c.jsonl is new"}},
		{"one shard fewer", func(p *project) { os.Remove(filepath.Join(p.dir, "data/a.jsonl")) },
			map[string]int{"top": 1, "ask": 1, "judge": 1},
			map[string]string{"top": "data/a.jsonl is gone"}},
		{"a shard copied", func(p *project) { p.write("data/a2.jsonl", rows(1, 2, 3, 4)) },
			map[string]int{"top": 1}, // its rows are read, kept and listed already, and none of them is on top
			map[string]string{"top": "data/a2.jsonl is new"}},
		{"a shard renamed", func(p *project) {
			os.Rename(filepath.Join(p.dir, "data/a.jsonl"), filepath.Join(p.dir, "data/a0.jsonl"))
		}, nil, nil},
		{"a shard renamed to come last", func(p *project) {
			os.Rename(filepath.Join(p.dir, "data/a.jsonl"), filepath.Join(p.dir, "data/z.jsonl"))
		},
			map[string]int{"top": 1},
			map[string]string{"top": "a.jsonl is now called z.jsonl"}},
		{"the pipeline renamed and a field changed", func(p *project) { p.edit(`name: "toy"`, `name: "game"`); p.edit("target: 4", "target: 3") },
			map[string]int{"top": 1, "ask": 1, "judge": 1},
			map[string]string{"top": "steps.top.target: 4 → 3"}},
		{"an input that is now without rows", func(p *project) { p.edit("input: ask.rows", "input: ask.rejects") },
			map[string]int{"judge": 1},
			map[string]string{"judge": `steps.judge.input: "ask.rows" → "ask.rejects"`}},
		{"an input connected to another step", func(p *project) { p.edit("input: keep.rows", "input: read.rows") },
			map[string]int{"top": 2},
			map[string]string{"top": `steps.top.input: "keep.rows" → "read.rows"`}},
		{"rejects taken as rows", func(p *project) { p.edit("input: keep.rows", "input: keep.rejects") },
			map[string]int{"top": 2, "ask": 1, "judge": 1},
			map[string]string{"top": `steps.top.input: "keep.rows" → "keep.rejects"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProject(t)
			p.apply()
			p.toys.take()
			test.edit(p)
			plan := p.plan()
			reasons := map[string]string{}
			for _, s := range plan.Steps {
				var texts []string
				for _, r := range s.Reasons {
					texts = append(texts, r.Text)
				}
				if len(texts) > 0 {
					reasons[s.Name] = strings.Join(texts, "; ")
				}
			}
			p.apply()
			done := p.toys.take()
			want := maps.Clone(test.actions)
			maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
			if d := cmp.Diff(want, done, equalEmpty); d != "" {
				t.Errorf("actions executed: %s", d)
			}
			if d := cmp.Diff(test.reasons, reasons, equalEmpty); d != "" {
				t.Errorf("reasons: %s", d)
			}
			if plan := p.plan(); plan.Changes() {
				t.Errorf("plan after apply: %s %v", verdicts(plan), plan.Publish)
			}
		})
	}
}

var equalEmpty = cmp.Options{
	cmp.FilterValues(func(x, y map[string]int) bool { return len(x) == 0 && len(y) == 0 }, cmp.Ignore()),
	cmp.FilterValues(func(x, y map[string]string) bool { return len(x) == 0 && len(y) == 0 }, cmp.Ignore()),
}

func TestOutputIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	outputs := map[int]string{}
	for _, workers := range []int{1, 2, 8} {
		p := newProject(t)
		for i := range 12 {
			p.write(fmt.Sprintf("data/s%02d.jsonl", i), rows(i, 100-i, 7*i))
		}
		p.opt.Workers = workers
		p.apply()
		for _, f := range []string{"read.jsonl", "keep.jsonl", "top.jsonl", "ask.jsonl", "judge.json"} {
			outputs[workers] += p.read("output/" + f)
		}
	}
	if outputs[1] != outputs[2] || outputs[1] != outputs[8] {
		t.Error("outputs differ between numbers of workers")
	}
}

func TestFailedRowsMakeLaterStepsPartial(t *testing.T) {
	p := newProject(t)
	p.write("data/c.jsonl", `{"id":"x"}`+"\n")
	rep := p.apply()
	if rep.Outcome != runner.Partial {
		t.Errorf("outcome %s", rep.Outcome)
	}
	for _, s := range rep.Steps {
		if want := s.Name != "read"; s.Partial != want {
			t.Errorf("%s partial: %v", s.Name, s.Partial)
		}
	}
	if plan := p.plan(); plan.Changes() {
		t.Errorf("plan after a partial apply: %s", verdicts(plan))
	}
}

func TestPlanCountsQuestions(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.write("prompt.md", "Other words.")
	p.oracle.price = 0.5
	asks := p.plan().Steps[3].Asks
	if asks == nil || asks.New != 4 || asks.Answered != 0 || asks.Likely != 2 || asks.Free {
		t.Errorf("asks: %+v", asks)
	}
}

func TestTrialTakesTheFirstRowsAndWhatItPaidCounts(t *testing.T) {
	p := newProject(t)
	p.apply()
	before := p.read("output/ask.jsonl")
	p.write("prompt.md", "Other words.")
	p.opt.MaxRows = 3
	rep := p.apply()
	if rep.Outcome != runner.Partial || rep.Steps[3].Asked != 3 || rep.Steps[3].Tally.Out != 3 {
		t.Errorf("trial: %s, asked %d, %+v", rep.Outcome, rep.Steps[3].Asked, rep.Steps[3].Tally)
	}
	if p.read("output/ask.jsonl") != before {
		t.Error("a trial overwrote a complete file")
	}
	if n := strings.Count(p.read("output/ask.trial.jsonl"), "\n"); n != 3 {
		t.Errorf("the trial's file has %d rows", n)
	}
	p.opt.MaxRows = 0
	plan := p.plan()
	if a := plan.Steps[3].Asks; a == nil || a.New != 1 || a.Answered != 3 {
		t.Errorf("plan after the trial: %s, %+v", verdicts(plan), a)
	}
	if r := plan.Steps[3].Reasons; len(r) != 1 || !strings.HasPrefix(r[0].Text, "prompt.md changed") {
		t.Errorf("reasons after the trial: %v", r)
	}
	if rep := p.apply(); rep.Outcome != runner.Complete || rep.Steps[3].Asked != 1 {
		t.Errorf("after the trial: %s, asked %d", rep.Outcome, rep.Steps[3].Asked)
	}
}

func TestCheckThatSaysNoStopsWhatFollows(t *testing.T) {
	p := newProject(t)
	p.edit(`judge: sft.#Judge & {input: ask.rows, publish: "judge.json"}`,
		`judge: sft.#Judge & {input: ask.rows, least: 9, publish: "judge.json"}
		after: sft.#Keep & {input: judge.rows}`)
	rep := p.apply()
	if rep.Outcome != runner.Held || len(rep.Halts) != 1 || rep.Halts[0] != "steps.judge: 4 rows, but 9 are wanted" {
		t.Errorf("outcome %s, %q", rep.Outcome, rep.Halts)
	}
	if p.read("output/judge.json") != `{"rows":4}` {
		t.Error("the report of a check that said no is missing")
	}
	p.toys.take()
	if plan := p.plan(); plan.Changes() {
		t.Errorf("plan: %s", verdicts(plan))
	}
	if rep := p.apply(); len(rep.Halts) != 1 || len(p.toys.take()) > 0 {
		t.Errorf("second apply: %q", rep.Halts)
	}
	p.edit("least: 9", "least: 2")
	if rep := p.apply(); rep.Outcome != runner.Complete {
		t.Errorf("after mending: %s", rep.Outcome)
	}
}

// Every file of the store, cut short or with one bit flipped: the next apply makes what is needed again and the output
// is what it was. (A flipped bit is noticed only by who reads the object.)
func TestDamageIsMended(t *testing.T) {
	p := newProject(t)
	p.bucket = store.NewDir(filepath.Join(p.dir, ".sftrun", "store"))
	p.apply()
	want := p.read("output/ask.jsonl")
	var files []string
	filepath.WalkDir(filepath.Join(p.dir, ".sftrun"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Base(path) != "lock" {
			files = append(files, path)
		}
		return err
	})
	if len(files) < 20 {
		t.Fatalf("only %d files", len(files))
	}
	for i, path := range files {
		whole, err := os.ReadFile(path)
		if err != nil || len(whole) == 0 {
			continue // was made anew under another name, or is empty
		}
		cut := whole[:len(whole)/2]
		flipped := append([]byte(nil), whole...)
		flipped[len(whole)/3] ^= 4
		for _, damaged := range [][]byte{cut, flipped} {
			os.Remove(path) // objects are read-only
			os.WriteFile(path, damaged, 0o644)
			os.RemoveAll(filepath.Join(p.dir, "output"))
			rep, err := p.runner().Apply(context.Background(), runner.ApplyOptions{})
			if err != nil {
				t.Fatalf("file %d, %s: %v", i, path, err)
			}
			if rep.Outcome != runner.Complete || p.read("output/ask.jsonl") != want {
				t.Errorf("%s damaged: %s, output differs: %v", path, rep.Outcome, p.read("output/ask.jsonl") != want)
			}
			os.Remove(path)
			os.WriteFile(path, whole, 0o644)
		}
	}
}

func TestNoRoomIsToldBeforeAStepBegins(t *testing.T) {
	p := newProject(t)
	room := int64(1 << 20)
	p.opt.Room = func() (int64, bool) { return room, true }
	p.apply()
	p.toys.take()
	p.edit("min: 3", "min: 5")
	room = 10
	_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), "steps.keep will write about") || len(p.toys.take()) > 0 {
		t.Errorf("%v", err)
	}
	room = 1 << 20
	p.apply()
}

func TestStopKeepsWhatIsDone(t *testing.T) {
	p := newProject(t)
	p.opt.Workers = 1
	stop := make(chan struct{})
	stopped := false
	rep, err := p.runner().Apply(t.Context(), runner.ApplyOptions{Stop: stop, Progress: func(e runner.Event) {
		if e.What == runner.Did && e.Step == "keep" && !stopped {
			stopped = true
			close(stop)
		}
	}})
	if !errors.Is(err, runner.ErrStopped) || rep.Outcome != runner.Stopped {
		t.Fatalf("stopped: %v, %s", err, rep.Outcome)
	}
	p.toys.take()
	p.apply()
	if done := p.toys.take(); done["read"] != 0 || done["keep"] > 1 {
		t.Errorf("after a stop: %v", done)
	}
}

func TestReasonsAfterAStop(t *testing.T) {
	p := newProject(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := p.runner().Apply(ctx, runner.ApplyOptions{Progress: func(e runner.Event) {
		if e.What == runner.Began && e.Step == "keep" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	s := p.plan().Steps[1]
	if len(s.Reasons) != 1 || s.Reasons[0].Text != "not done in run 1" {
		t.Errorf("%s %v", s.Verdict, s.Reasons)
	}
}

func TestStepsOutsideTheTargetAreNotNewLater(t *testing.T) {
	p := newProject(t)
	p.opt.Target = "keep"
	p.apply()
	p.opt.Target = ""
	s := p.plan().Steps[2]
	if len(s.Reasons) != 1 || s.Reasons[0].Text != "not done in run 1" {
		t.Errorf("%s %v", s.Name, s.Reasons)
	}
}

func TestNoStepPublishesTheStateFile(t *testing.T) {
	p := newProject(t)
	p.edit("keep.jsonl", "pipeline_state.json")
	_, err := p.runner().Plan(t.Context())
	if err == nil || !strings.Contains(err.Error(), "steps.keep.publish: pipeline_state.json is written by sftrun itself (pipeline.cue:") {
		t.Errorf("%v", err)
	}
}

// Where nothing tells what a step rested on, the plan does not say that it was never done.
func TestTheReasonWhereNothingIsKeptToCompareWith(t *testing.T) {
	s := newStory(t)
	s.run("")
	maps.DeleteFunc(s.bucket.(*memory).data, func(name string, data []byte) bool {
		return strings.HasPrefix(name, "objects/") && strings.HasPrefix(string(data), `{"scheme":`)
	})
	s.edit("min: 3", "min: 6")
	reasons := s.planned().Steps[1].Reasons
	if len(reasons) != 1 || reasons[0].Text != "what it rested on in run 1 is gone from the store, so what changed is not known" {
		t.Errorf("%v", reasons)
	}
}

// A kind that goes on asking when its questions are taken no more is not to blame: the apply ends as the sender did.
func TestAKindMayAskOnAfterTheSendingEnded(t *testing.T) {
	s := newStory(t)
	s.oracle.failAfter = 1
	r := s.of("", s.bucket, ".sftrun", func(o *runner.Options) {
		i := slices.IndexFunc(o.Kinds, func(k steps.Kind) bool { return k.Name == "ask" })
		o.Kinds[i].Do = func(ctx context.Context, _ steps.Action, in steps.In, _ steps.Out) error {
			for _, key := range []string{"one", "two", "three"} {
				in.Ask(ctx, steps.Question{Key: key, Body: []byte("{}")})
			}
			return steps.ErrPending
		}
	})
	_, err := r.Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), "the wire is cut") {
		t.Errorf("%v", err)
	}
}

// A plan that was broken off is none: what it could not read it would take for unknown.
func TestAPlanEndsWithItsContext(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("min: 3", "min: 6")
	for k := 1; ; k++ {
		ctx, cancel := context.WithCancel(t.Context())
		bucket := &vanishing{memory: s.bucket.(*memory), gc: cancel}
		bucket.left.Store(int64(k))
		_, err := s.of("", bucket, ".sftrun").Plan(ctx)
		cancel()
		if bucket.left.Load() > 0 {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("broken off at read %d: %v", k, err)
		}
	}
}

// full is a bucket that takes no record of a run.
type full struct{ *memory }

func (f full) Create(ctx context.Context, name string, data []byte) error {
	if strings.HasPrefix(name, "runs/") {
		return errors.New("no room left")
	}
	return f.memory.Create(ctx, name, data)
}

// An apply that fails and then cannot even be recorded tells both: money may have been spent of which no run tells.
func TestAFailedApplyThatCannotBeRecordedTellsBoth(t *testing.T) {
	p := newProject(t)
	p.bucket = full{p.bucket.(*memory)}
	p.oracle.price, p.oracle.failAfter = 10, 2
	_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), ".  Then also: record the run: no room left") {
		t.Errorf("%v", err)
	}

	stop := make(chan struct{})
	close(stop)
	_, err = p.runner().Apply(t.Context(), runner.ApplyOptions{Stop: stop})
	if !errors.Is(err, runner.ErrStopped) {
		t.Errorf("stopped: %v", err)
	}
}
