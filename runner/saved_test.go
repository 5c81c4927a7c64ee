package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// bind makes a plan, saves it and reads it back.
func (p *project) bind() *runner.SavedPlan {
	p.t.Helper()
	s, err := p.runner().Bind(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	path := filepath.Join(p.t.TempDir(), "saved.plan")
	if err := runner.WritePlanFile(path, s); err != nil {
		p.t.Fatal(err)
	}
	if s, err = runner.ReadPlanFile(path); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// applySaved is an apply that is held to a saved plan.
func (p *project) applySaved(s *runner.SavedPlan) (*runner.Report, error) {
	r := p.runner()
	promise, err := r.Promise(p.t.Context(), s)
	if err != nil {
		return nil, err
	}
	return r.Apply(p.t.Context(), runner.ApplyOptions{Promise: promise})
}

// moves tells what an apply of a saved plan is refused for, with places.
func (p *project) moves(s *runner.SavedPlan) []string {
	p.t.Helper()
	_, err := p.applySaved(s)
	var stale *runner.StaleError
	if !errors.As(err, &stale) {
		p.t.Fatalf("not refused as stale: %v", err)
	}
	var texts []string
	for _, m := range stale.Moves {
		texts = append(texts, strings.TrimSpace(m.Text+"   "+m.At))
	}
	return texts
}

// halfDone is a project in which all is done, and then an edit makes keep run and what is behind it wait.
func halfDone(t *testing.T) *project {
	p := newProject(t)
	p.apply()
	p.edit("min: 3", "min: 5")
	p.toys.take()
	return p
}

// Each thing that a plan rests on, moved after the plan was saved, and what the refusal says.
func TestSavedPlanIsRefusedWhenSomethingHasMoved(t *testing.T) {
	tests := []struct {
		name string
		move func(p *project)
		want []string
	}{
		{"a value of the pipeline", func(p *project) { p.edit("min: 5", "min: 6") },
			[]string{"steps.keep.min: 5 → 6   pipeline.cue:9:45"}},
		{"two values", func(p *project) { p.edit("min: 5", "min: 6"); p.edit("target: 4", "target: 3") },
			[]string{"steps.keep.min: 5 → 6   pipeline.cue:9:45", "steps.top.target: 4 → 3   pipeline.cue:10:46"}},
		{"a value left to its default", func(p *project) { p.edit(", target: 4", "") },
			[]string{"steps.top.target: 4 → 3   pipeline.cue:10:8"}},
		{"a limit", func(p *project) { p.edit(`name: "toy"`, `name: "toy", limits: costPerApply: 3`) },
			[]string{"limits.costPerApply: now 3   pipeline.cue:6:37"}},
		{"a step more", func(p *project) { p.edit("judge: sft", "again: sft.#Keep & {input: ask.rows}\n\t\tjudge: sft") },
			[]string{"steps.again is new   pipeline.cue:12:10"}},
		{"a step renamed", func(p *project) { p.edit("judge: sft", "verdict: sft") },
			[]string{"steps.judge is gone", "steps.verdict is new   pipeline.cue:12:12"}},
		{"an input connected to another step", func(p *project) { p.edit("input: keep.rows", "input: read.rows") },
			[]string{`steps.top.input: "keep.rows" → "read.rows"   pipeline.cue:10:27`}},
		{"another name for a published file", func(p *project) { p.edit(`"top.jsonl"`, `"t.jsonl"`) },
			[]string{`steps.top.publish: "top.jsonl" → "t.jsonl"   pipeline.cue:10:58`}},
		{"the text of a prompt", func(p *project) { p.write("prompt.md", "Say more.") },
			[]string{"prompt.md changed (steps.ask.prompt)"}},
		{"an input file", func(p *project) { p.write("data/a.jsonl", rows(1, 2, 3, 8)) },
			[]string{"data/a.jsonl changed (steps.read)"}},
		{"one input file more, one fewer", func(p *project) {
			p.write("data/c.jsonl", rows(9))
			os.Remove(filepath.Join(p.dir, "data/b.jsonl"))
		}, []string{"data/b.jsonl is gone (steps.read)", "data/c.jsonl is new (steps.read)"}},
		{"the version of sftrun", func(p *project) { p.opt.Tool = "v2" },
			[]string{"sftrun has another version: v1 → v2"}},
		{"another apply", func(p *project) { p.opt.Target = "keep"; p.apply(); p.opt.Target = "" },
			[]string{"run 2 was made since: steps.keep is done"}},
		{"a published file changed by hand", func(p *project) { p.write("output/top.jsonl", "mine\n") },
			[]string{"output/top.jsonl changed"}},
		{"a published file removed", func(p *project) { os.Remove(filepath.Join(p.dir, "output/keep.jsonl")) },
			[]string{"output/keep.jsonl is gone"}},
		{"what was made is lost", func(p *project) {
			m := p.bucket.(*memory)
			maps.DeleteFunc(m.data, func(name string, _ []byte) bool { return strings.HasPrefix(name, "objects/") })
		}, []string{"steps.read: cached → run", "steps.keep: run → wait"}},
		{"the runs are lost", func(p *project) {
			m := p.bucket.(*memory)
			maps.DeleteFunc(m.data, func(name string, _ []byte) bool { return strings.HasPrefix(name, "runs/") })
		}, []string{"run 1, which it was compared with, is gone"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProject(t)
			p.opt.Tool = "v1"
			p.apply()
			p.edit("min: 3", "min: 5")
			saved := p.bind()
			test.move(p)
			p.toys.take()
			before := p.everything()
			if d := cmp.Diff(test.want, p.moves(saved)); d != "" {
				t.Error(d)
			}
			if done := p.toys.take(); len(done) > 0 {
				t.Errorf("executed %v", done)
			}
			if d := cmp.Diff(before, p.everything()); d != "" {
				t.Errorf("it wrote: %s", d)
			}
		})
	}
}

// everything is all that an apply could write: files by path, and the names in the store.
func (p *project) everything() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	for name, data := range p.bucket.(*memory).data {
		all["store: "+name] = store.Digest(data)
	}
	return all
}

func TestSavedPlanHoldsWhenNothingThatMattersHasMoved(t *testing.T) {
	for name, move := range map[string]func(p *project){
		"nothing":               func(p *project) {},
		"a comment above":       func(p *project) { p.edit("package pipeline", "// All of them.\npackage pipeline") },
		"a default written out": func(p *project) { p.edit("min: 5", "min: 5, idle: 0") },
		"the order of the steps": func(p *project) {
			p.edit("judge: sft.#Judge & {input: ask.rows, publish: \"judge.json\"}", "")
			p.edit("read: sft", "judge: sft.#Judge & {input: ask.rows, publish: \"judge.json\"}\n\t\tread: sft")
		},
		"more workers":               func(p *project) { p.opt.Workers = 7 },
		"the commit of the pipeline": func(p *project) { p.opt.Git = "3f2a91c" },
		"an input file touched":      func(p *project) { p.write("data/a.jsonl", rows(1, 2, 3, 4)) },
	} {
		t.Run(name, func(t *testing.T) {
			p := halfDone(t)
			saved := p.bind()
			move(p)
			if rep, err := p.applySaved(saved); err != nil || rep.Outcome != runner.Complete {
				t.Fatal(err)
			}
			if got := verdicts(p.plan()); p.plan().Changes() {
				t.Errorf("plan after it: %s", got)
			}
		})
	}
}

func TestApplyOfASavedPlanExecutesTheActionsThatItNames(t *testing.T) {
	p := halfDone(t)
	p.opt.Target = "keep"
	saved := p.bind()
	named := saved.Basis.Steps[1].Run
	before := maps.Clone(p.bucket.(*memory).data)
	if _, err := p.applySaved(saved); err != nil {
		t.Fatal(err)
	}
	var executed []string
	for name := range p.bucket.(*memory).data {
		if key, ok := strings.CutPrefix(name, "actions/"); ok && before[name] == nil {
			executed = append(executed, strings.ReplaceAll(key, "/", ""))
		}
	}
	slices.Sort(named)
	slices.Sort(executed)
	if d := cmp.Diff(named, executed); d != "" || len(named) != 2 {
		t.Errorf("named and executed: %s", d)
	}
	if d := cmp.Diff(map[string]int{"keep": 2}, p.toys.take()); d != "" {
		t.Error(d)
	}
}

func TestApplyOfASavedPlanOfAFirstRunDoesAll(t *testing.T) {
	p := newProject(t)
	rep, err := p.applySaved(p.bind())
	if err != nil || rep.Outcome != runner.Complete || rep.Run.Saved == "" {
		t.Fatalf("%v, %+v", err, rep)
	}
	if p.plan().Changes() {
		t.Error("something is left to do")
	}
}

func TestSavedPlanThatWasCarriedOutHasNothingLeftToDo(t *testing.T) {
	p := halfDone(t)
	saved := p.bind()
	if _, err := p.applySaved(saved); err != nil {
		t.Fatal(err)
	}
	p.toys.take()
	promise, err := p.runner().Promise(t.Context(), saved)
	if err != nil || promise.Done != 2 {
		t.Fatalf("%v, %+v", err, promise)
	}
	if rep, err := p.applySaved(saved); err != nil || rep.Changed || len(p.toys.take()) > 0 {
		t.Errorf("%v: it did something", err)
	}
	p.edit("min: 5", "min: 5, idle: 7") // nothing follows from it, but it is another pipeline
	want := []string{"steps.keep.idle: 0 → 7   pipeline.cue:9:54", "run 2 carried it out: steps.keep, steps.top, steps.ask, steps.judge are done"}
	if d := cmp.Diff(want, p.moves(saved)); d != "" {
		t.Error(d)
	}
	p.edit("min: 5, idle: 7", "min: 4")
	p.apply()
	want = []string{"steps.keep.min: 5 → 4   pipeline.cue:9:45", "run 3 was made since: steps.keep, steps.top, steps.ask, steps.judge are done"}
	if d := cmp.Diff(want, p.moves(saved)); d != "" {
		t.Error(d)
	}
}

func TestSavedPlanThatWasCarriedOutInPartSaysSo(t *testing.T) {
	p := halfDone(t)
	saved := p.bind()
	r := p.runner()
	promise, err := r.Promise(t.Context(), saved)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = r.Apply(ctx, runner.ApplyOptions{Promise: promise, Progress: func(e runner.Event) {
		if e.What == runner.Began && e.Step == "top" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if got := p.moves(saved); len(got) != 1 || !strings.HasPrefix(got[0], "run 2 began to carry it out, and ended stopped: steps.keep is done") {
		t.Errorf("%q", got)
	}
}

func TestEmptyPlanCanBeSavedAndApplied(t *testing.T) {
	p := newProject(t)
	p.apply()
	saved := p.bind()
	p.toys.take()
	for range 2 {
		if rep, err := p.applySaved(saved); err != nil || rep.Changed || len(p.toys.take()) > 0 {
			t.Errorf("%v", err)
		}
	}
}

// Another pipeline on the same store pays for answers: no run of this one tells of it.
func TestAnswersAndPricesAreBound(t *testing.T) {
	p := newProject(t)
	p.oracle.price = 1
	p.apply()
	p.write("prompt.md", "Say more.")
	saved := p.bind()
	p.oracle.price = 2
	want := []string{"steps.ask: the cost is estimated anew: $4 (0–0), 40 tokens in, 0 out → $8 (0–0), 40 tokens in, 0 out"}
	if d := cmp.Diff(want, p.moves(saved)); d != "" {
		t.Error(d)
	}
	p.oracle.price = 1
	row := []byte(`{"id":"r7","n":7}`)
	p.oracle.answers[store.Digest(append([]byte("Say more."), row...))] = []byte("17")
	want = []string{"steps.ask: 4 new requests, 0 answered → 3 new requests, 1 answered"}
	if d := cmp.Diff(want, p.moves(saved)); d != "" {
		t.Error(d)
	}
}

func TestOtherVersionOfAKindIsAMove(t *testing.T) {
	p := halfDone(t)
	saved := p.bind()
	kinds := p.toys.kinds()
	kinds[2].Version = 5
	_, err := p.runnerOf(kinds).Promise(t.Context(), saved)
	if err == nil || err.Error() != "the saved plan does not hold any more: kind top has another version: 1 → 5" {
		t.Error(err)
	}
}

// Something moves after the plan was verified: the apply stops before it executes anything of the step.
func TestWhatMovesAfterTheCheckIsNotExecuted(t *testing.T) {
	tests := []struct {
		name string
		move func(p *project)
		want string
	}{
		{"an input file", func(p *project) { p.write("data/a.jsonl", rows(1, 2, 3, 8)) }, "steps.read: what it works on changed just now"},
		{"the prompt of a step that waits", func(p *project) { p.write("prompt.md", "Say more.") }, "steps.ask: its config or a file that it declares changed just now"},
		{"an object is lost", func(p *project) {
			m := p.bucket.(*memory)
			maps.DeleteFunc(m.data, func(name string, _ []byte) bool { return strings.HasPrefix(name, "objects/") })
		}, "steps.read: what it had made is missing from the store"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := halfDone(t)
			r := p.runner()
			promise, err := r.Promise(t.Context(), p.bind())
			if err != nil {
				t.Fatal(err)
			}
			test.move(p)
			_, err = r.Apply(t.Context(), runner.ApplyOptions{Promise: promise})
			var stale *runner.StaleError
			if !errors.As(err, &stale) || !strings.HasPrefix(stale.Moves[0].Text, test.want) {
				t.Errorf("%v", err)
			}
			if done := p.toys.take(); len(done) > 0 {
				t.Errorf("executed %v", done)
			}
		})
	}
}

// Damage is noticed only by who reads the object. To make it again was not in the plan.
func TestSavedPlanDoesNotCoverMending(t *testing.T) {
	p := halfDone(t)
	saved := p.bind()
	m := p.bucket.(*memory)
	for name, data := range m.data {
		if strings.HasPrefix(name, "objects/") && strings.HasPrefix(string(data), `{"id":"r1"`) {
			m.data[name] = append([]byte("!"), data[1:]...)
		}
	}
	got := p.moves(saved)
	if len(got) != 1 || !strings.Contains(got[0], "was damaged and is taken out; what it held has to be made again") || p.toys.take()["read"] > 0 {
		t.Errorf("%q", got)
	}
	p.apply()
}

func TestPlanFileThatIsNotWholeIsRefused(t *testing.T) {
	p := newProject(t)
	path := filepath.Join(t.TempDir(), "saved.plan")
	if err := runner.WritePlanFile(path, p.bind()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		at := len(whole) * n / 200
		flipped := slices.Clone(whole)
		flipped[at] ^= 4
		for _, text := range [][]byte{whole[:at], flipped} {
			os.WriteFile(path, text, 0o644)
			if _, err := runner.ReadPlanFile(path); !errors.Is(err, runner.ErrTornPlan) && !errors.Is(err, runner.ErrNoSavedPlan) {
				t.Fatalf("byte %d: %v", at, err)
			}
		}
	}
}

func TestPlanFileOfAnotherVersionIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "saved.plan")
	text := store.Seal(json.RawMessage(`{"savedPlan":2,"tool":"v9","plan":"of another form"}`))
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := runner.ReadPlanFile(path)
	if err == nil || err.Error() != "was saved by another version of sftrun (v9, format 2; this one reads format 1)" {
		t.Error(err)
	}
	if err := runner.CheckPlanFile(path); err != nil {
		t.Errorf("it may be overwritten: %v", err)
	}
}

func TestPlanIsSavedOverSavedPlansOnly(t *testing.T) {
	p := newProject(t)
	s := p.bind()
	p.write("mine.txt", "mine")
	p.write("empty.plan", "")
	os.Symlink("mine.txt", filepath.Join(p.dir, "link.plan"))
	for name, want := range map[string]error{"mine.txt": runner.ErrNoSavedPlan, "data": runner.ErrNoSavedPlan, "link.plan": runner.ErrNoSavedPlan, "empty.plan": nil, "new.plan": nil} {
		path := filepath.Join(p.dir, name)
		if err := runner.WritePlanFile(path, s); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if err := runner.WritePlanFile(filepath.Join(p.dir, "new.plan"), s); err != nil || p.read("mine.txt") != "mine" {
		t.Errorf("again: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(p.dir, ".sftrun-unfinished-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestSavedPlanNeedsTheOptionsThatItWasMadeWith(t *testing.T) {
	p := newProject(t)
	saved := p.bind()
	p.opt.Force = true
	if _, err := p.runner().Promise(t.Context(), saved); err == nil {
		t.Error("it held with --force")
	}
}

func TestSavedPlanOfATrialAndOfRetries(t *testing.T) {
	p := newProject(t)
	refuseRow(p, map[string]*steps.Refusal{"r7": {Reason: "SAFETY"}})
	p.apply()
	p.oracle.refuse = nil
	p.opt.RetryFailed = true
	if rep, err := p.applySaved(p.bind()); err != nil || rep.Steps[3].Asked != 1 {
		t.Errorf("retries: %v", err)
	}
	p.opt.RetryFailed, p.opt.MaxRows = false, 2
	p.write("prompt.md", "Say more.")
	if rep, err := p.applySaved(p.bind()); err != nil || rep.Steps[3].Asked != 2 || rep.Outcome != runner.Partial {
		t.Errorf("trial: %v", err)
	}
}

// A plan that found damage says so: to make it again is part of the plan then.
func TestSavedPlanCoversMendingThatItTellsOf(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.write("prompt.md", "Say more.")
	m := p.bucket.(*memory)
	for name, data := range m.data {
		if strings.HasPrefix(name, "objects/") && strings.HasPrefix(string(data), `{"id":"r7"`) && !strings.Contains(string(data), "reply") {
			m.data[name] = append([]byte("!"), data[1:]...)
		}
	}
	saved := p.bind()
	if saved.Plan.Steps[3].Damaged == "" {
		t.Fatalf("the plan does not tell of it: %s", verdicts(saved.Plan))
	}
	if rep, err := p.applySaved(saved); err != nil || len(rep.Mended) != 1 {
		t.Errorf("%v", err)
	}
}

// An apply that was killed recorded no run, but what it had made is there.
func TestPartsMadeByAKilledApplyAreNoticed(t *testing.T) {
	p := halfDone(t)
	p.opt.Workers = 1
	saved := p.bind()
	kinds := p.toys.kinds()
	do := kinds[1].Do
	kinds[1].Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		if p.toys.take()["keep"] == 1 {
			return errors.New("the power is cut")
		}
		return do(ctx, a, in, out)
	}
	if _, err := p.runnerOf(kinds).Apply(t.Context(), runner.ApplyOptions{}); err == nil {
		t.Fatal("it came to its end")
	}
	delete(p.bucket.(*memory).data, "runs/00000002")
	if d := cmp.Diff([]string{"steps.keep: 1 of 2 parts made since"}, p.moves(saved)); d != "" {
		t.Error(d)
	}
}

// Whatever else a plan says is compared too, so that nothing that moved goes by.
func TestPlanThatDiffersForNoKnownReasonIsRefused(t *testing.T) {
	p := halfDone(t)
	saved := p.bind()
	saved.Plan.Steps[1].Reads++
	if d := cmp.Diff([]string{"the plan says something else of: steps.keep"}, p.moves(saved)); d != "" {
		t.Error(d)
	}
	saved.Plan.Steps[1].Reads--
	saved.Plan.Stale = []string{"output/old.jsonl"}
	if d := cmp.Diff([]string{"the plan says something else of: stale"}, p.moves(saved)); d != "" {
		t.Error(d)
	}
}
