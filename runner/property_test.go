package runner_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// Whatever the pipeline and whatever was done before: an apply executes what the plan called to run and nothing that is
// there, a plan after it is empty, and the output is that of a project in which nothing was ever done before.
// -rapid.checks says how many histories are tried; without it, a few.
func TestApplyDoesWhatThePlanSays(t *testing.T) {
	few(t)
	rapid.Check(t, func(t *rapid.T) {
		h := &history{world: newWorld(t, drawSketch(t))}
		t.Logf("%s", steps.Encode(h.sketch))
		for range rapid.IntRange(1, 5).Draw(t, "events") {
			h.applied(h.drawMode())
			h.event()
		}
		h.oracle.price = 0
		h.applied(mode{name: "all"})
		h.likeNew()
	})
}

// few lowers the number of histories, unless somebody asks for a number.
func few(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		flag.Set("rapid.checks", "40")
		t.Cleanup(func() { flag.Set("rapid.checks", checks.DefValue) })
	}
}

// A history is a world and what it went through.
type history struct {
	*world
	done    []sketch // projects that were applied whole
	retried bool     // rows that had failed were tried again
	lost    bool     // something vanished from the store
}

// event is what happens between two applies.
func (h *history) event() {
	t := h.t
	switch what := rapid.SampledFrom([]string{"edit", "edit", "edit", "data", "return", "loss"}).Draw(t, "event"); what {
	case "edit":
		h.edit()
		h.plan(runner.Options{})
	case "data":
		h.changeData()
		h.plan(runner.Options{})
	case "return":
		h.goBack()
	case "loss":
		h.lose()
		h.plan(runner.Options{})
	}
}

// edit changes one thing about the pipeline.
func (h *history) edit() {
	t, s := h.t, &h.sketch
	i := rapid.IntRange(0, len(s.Steps)-1).Draw(t, "step")
	step := &s.Steps[i]
	switch what := rapid.SampledFrom([]string{"value", "value", "prompt", "connect", "add", "remove", "rename", "idle"}).Draw(t, "edit"); {
	case what == "value":
		step.Value = rapid.IntRange(0, 3).Draw(t, "value")
	case what == "idle":
		step.Idle++
	case what == "connect" && len(step.Inputs) > 0:
		step.Inputs[0] = s.drawHandle(t, i)
	case what == "add":
		s.grow(t)
	case what == "remove" && i > 0 && !s.taken(step.Name):
		s.Steps = slices.Delete(s.Steps, i, i+1)
	case what == "rename":
		s.rename(step.Name, s.freshName())
	case what == "prompt":
		s.Prompts[step.Value%2] = rapid.SampledFrom([]string{"Say.", "Tell.", "Speak."}).Draw(t, "prompt")
	}
	t.Logf("now %s", steps.Encode(s))
}

// taken tells whether some step takes rows of a step.
func (s *sketch) taken(name string) bool {
	return slices.ContainsFunc(s.Steps, func(d drawnStep) bool {
		return slices.ContainsFunc(d.Inputs, func(handle string) bool { return strings.HasPrefix(handle, name+".") })
	})
}

func (s *sketch) rename(from, to string) {
	for i := range s.Steps {
		if s.Steps[i].Name == from {
			s.Steps[i].Name = to
		}
		for j, handle := range s.Steps[i].Inputs {
			if rest, ok := strings.CutPrefix(handle, from+"."); ok {
				s.Steps[i].Inputs[j] = to + "." + rest
			}
		}
	}
}

func (h *history) changeData() {
	place := drawPlace(h.t)
	if _, there := h.sketch.Shards[place]; there && rapid.Bool().Draw(h.t, "delete") {
		delete(h.sketch.Shards, place)
	} else {
		h.sketch.Shards[place] = drawRows(h.t)
	}
	h.t.Logf("now %s", steps.Encode(h.sketch))
}

// goBack returns to a project that was applied whole: all of it is there still.
func (h *history) goBack() {
	if len(h.done) == 0 || h.lost {
		return
	}
	h.sketch = rapid.SampledFrom(h.done).Draw(h.t, "of before").clone()
	h.t.Logf("back to %s", steps.Encode(h.sketch))
	for _, s := range h.plan(runner.Options{}).Steps {
		if s.Verdict != runner.Cached && !s.Blocked {
			h.t.Errorf("after the return to an earlier project %s is to %s: %v", s.Name, s.Verdict, s.Reasons)
		}
	}
}

// lose takes something out of the store: an object, a record of an action, a manifest.
func (h *history) lose() {
	names := slices.Sorted(maps.Keys(h.names("")))
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "runs/") })
	if len(names) == 0 {
		return
	}
	name := rapid.SampledFrom(names).Draw(h.t, "lost")
	h.t.Logf("lost %s", name)
	delete(h.bucket.data, name)
	h.lost = true
}

// A mode is how far an apply goes.
type mode struct {
	name    string
	options runner.Options
	free    bool
	stop    int    // events after which it is stopped, 0 = never
	broken  string // kind whose actions fail
	flaky   bool   // some questions are refused for a passing reason
}

func (h *history) drawMode() mode {
	t := h.t
	m := mode{name: rapid.SampledFrom([]string{"all", "all", "all", "trial", "flaky", "free", "stop", "target", "retry", "broken"}).Draw(t, "mode")}
	m.options.Workers = rapid.IntRange(1, 4).Draw(t, "workers")
	h.oracle.price = 0
	switch m.name {
	case "free":
		m.free, h.oracle.price = true, 1
	case "stop":
		m.stop = rapid.IntRange(1, 6).Draw(t, "stop after")
	case "target":
		m.options.Target = rapid.SampledFrom(h.sketch.Steps).Draw(t, "target").Name
	case "trial":
		m.options.MaxRows = rapid.IntRange(1, 3).Draw(t, "most rows")
	case "retry":
		m.options.RetryFailed, h.retried = true, true
	case "flaky":
		m.flaky, h.retried = true, true
	case "broken":
		m.broken = rapid.SampledFrom(drawnKinds).Draw(t, "broken kind")
	}
	return m
}

func (m mode) String() string {
	return fmt.Sprintf("%s (workers %d, stop %d, target %q, most rows %d, broken %q)", m.name, m.options.Workers, m.stop, m.options.Target, m.options.MaxRows, m.broken)
}

// whole tells whether nothing is left to do when the apply ends well.
func (m mode) whole() bool { return !m.free && m.stop == 0 && m.broken == "" && !m.flaky }

// plan makes a plan and checks what holds for every plan.
func (h *history) plan(opt runner.Options) *runner.Plan {
	h.laidOut()
	before := maps.Clone(h.bucket.data)
	p, err := h.runner(opt).Plan(h.t.Context())
	if err != nil {
		h.t.Fatalf("plan: %v", err)
	}
	if len(h.bucket.data) != len(before) {
		h.t.Errorf("a plan wrote to the store")
	}
	for _, s := range p.Steps {
		if (s.Verdict == runner.Run) != (len(s.Reasons) > 0) || slices.ContainsFunc(s.Reasons, func(r runner.Reason) bool { return r.Text == "" }) {
			h.t.Errorf("%s: %s, for reasons %q", s.Name, s.Verdict, s.Reasons)
		}
	}
	return p
}

// A trial run of promises: what an apply is compared with.
type promise struct {
	plan    *runner.Plan
	certain map[string][]string // keys of actions to run, by step
	open    map[string]int
}

func (h *history) promised(opt runner.Options) promise {
	p := promise{plan: h.plan(opt)}
	var err error
	if p.certain, p.open, err = h.runner(opt).Called(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	for _, s := range p.plan.Steps {
		if n := len(p.certain[s.Name]) + p.open[s.Name]; n != s.ToRun {
			h.t.Errorf("%s: %d actions to run in the plan, and %d are called", s.Name, s.ToRun, n)
		}
	}
	return p
}

// applied applies, and compares with the plan before and the plan after.
func (h *history) applied(m mode) {
	h.t.Logf("apply %s", m)
	promised := h.promised(m.options)
	before := h.names("actions/")
	h.broken, h.oracle.flaky = m.broken, m.flaky
	rep, err := h.apply(m)
	h.broken, h.oracle.flaky = "", false
	h.oracle.forgetPassing()
	fresh := h.names("actions/")
	maps.DeleteFunc(fresh, func(name string, _ bool) bool { return before[name] })
	h.compare(m, promised, rep, fresh)
	switch {
	case err != nil && (m.whole() || m.free || m.stop > 0 && !errors.Is(err, runner.ErrStopped)):
		h.t.Fatalf("apply: %v", err)
	case err == nil && m.whole():
		h.kept(promised, fresh)
		h.nothingLeft(m)
	}
	if m.free {
		h.nothingMore(m)
	}
	if m.flaky && err == nil {
		h.triedAgain(rep)
	}
}

// triedAgain checks that a plan calls to run what failed for a passing reason.
func (h *history) triedAgain(rep *runner.Report) {
	p := h.plan(runner.Options{})
	for i, s := range rep.Steps {
		if s.Tally.Transient > 0 && p.Steps[i].Verdict == runner.Cached {
			h.t.Errorf("%s failed for a passing reason, and is not to be tried again", s.Name)
		}
	}
}

func (h *history) apply(m mode) (*runner.Report, error) {
	opt := runner.ApplyOptions{Free: m.free}
	if m.stop > 0 {
		stop := make(chan struct{})
		opt.Stop = stop
		events := 0
		opt.Progress = func(runner.Event) {
			if events++; events == m.stop {
				close(stop)
			}
		}
	}
	rep, err := h.runner(m.options).Apply(h.t.Context(), opt)
	if rep == nil {
		h.t.Fatalf("apply: %v", err)
	}
	return rep, err
}

// compare checks what holds for every apply, also one that did not come to its end. Fresh are the records that it made.
func (h *history) compare(m mode, p promise, rep *runner.Report, fresh map[string]bool) {
	executed := 0
	for i, s := range p.plan.Steps {
		did := rep.Steps[i]
		executed += did.Executed
		switch {
		case s.Verdict == runner.Cached && (did.Executed > 0 || did.Asked > 0):
			h.t.Errorf("%s was cached, but %d actions were executed and %d questions asked", s.Name, did.Executed, did.Asked)
		case s.Verdict == runner.Run && did.Executed > s.ToRun:
			h.t.Errorf("%s was to run %d actions, but %d were executed", s.Name, s.ToRun, did.Executed)
		case s.Verdict == runner.Run && did.Done && did.RowsIn != s.RowsIn:
			h.t.Errorf("%s was to take in %d rows, but took %d", s.Name, s.RowsIn, did.RowsIn)
		case s.Asks != nil && did.Asked > s.Asks.New:
			h.t.Errorf("%s was to ask %d, but asked %d", s.Name, s.Asks.New, did.Asked)
		}
	}
	if executed != len(fresh) && !h.lost { // what was lost is made again, and known already
		h.t.Errorf("%d actions executed, of which %d were not known", executed, len(fresh))
	}
	for name := range fresh {
		if again := strings.Contains(name, "."); again && !h.retried && !h.lost {
			h.t.Errorf("%s was executed again, which nobody demanded", name)
		}
	}
	for key, n := range h.oracle.sent {
		if n > 1 && !h.retried {
			h.t.Errorf("question %s was sent %d times", key, n)
		}
	}
}

// kept checks that an apply that came to its end did all that the plan called for, and counted what the plan counted.
func (h *history) kept(p promise, fresh map[string]bool) {
	keys := map[string]bool{}
	for name := range fresh {
		key, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(name, "actions/"), "/", ""), ".")
		keys[key] = true
	}
	for step, all := range p.certain {
		for _, key := range all {
			if !keys[key] && !h.lost {
				h.t.Errorf("%s: an action that was called to run was not executed", step)
			}
		}
	}
}

// nothingLeft checks that a plan after a whole apply is empty and that a second apply does nothing.
func (h *history) nothingLeft(m mode) {
	m.options.RetryFailed = false
	p := h.plan(m.options)
	if p.Changes() {
		h.t.Errorf("plan after apply: %s, files %v", verdicts(p), p.Publish)
	}
	before := len(h.bucket.data)
	rep, err := h.runner(m.options).Apply(h.t.Context(), runner.ApplyOptions{})
	if err != nil || rep.Changed || rep.Run.Number > 0 || len(h.bucket.data) != before {
		h.t.Errorf("second apply: %v, changed %v, run %d", err, rep.Changed, rep.Run.Number)
	}
	if m.name == "all" {
		h.done = append(h.done, h.sketch.clone())
	}
}

// nothingMore checks that an apply of what is free, done twice, does nothing the second time, and that what it held
// back is what the plan counts.
func (h *history) nothingMore(m mode) {
	p := h.plan(m.options)
	rep, err := h.runner(m.options).Apply(h.t.Context(), runner.ApplyOptions{Free: true})
	h.must(err)
	for i, s := range rep.Steps {
		if s.Executed > 0 || s.Asked > 0 {
			h.t.Errorf("%s: a second apply of what is free executed %d and asked %d", s.Name, s.Executed, s.Asked)
		}
		if asks := p.Steps[i].Asks; s.Held && (asks == nil || asks.New != s.Asks.New) {
			h.t.Errorf("%s: %d questions are held back, and the plan counts %+v", s.Name, s.Asks.New, asks)
		}
	}
}

// likeNew compares with a project in which nothing was ever done before.
func (h *history) likeNew() {
	fresh := newWorld(h.t, h.sketch)
	fresh.laidOut()
	if _, err := fresh.runner(runner.Options{Workers: 1}).Apply(h.t.Context(), runner.ApplyOptions{}); err != nil {
		h.t.Fatalf("apply of a new project: %v", err)
	}
	mine := h.published()
	for file, want := range fresh.published() { // what lies behind a check that says no is left as it was
		if d := cmp.Diff(want, mine[file]); d != "" {
			h.t.Errorf("%s of a new project, and of this one: %s", file, d)
		}
	}
	for name := range fresh.names("actions/") {
		for _, digest := range h.made(fresh, name) {
			object := fmt.Sprintf("objects/%s/%s", digest[:2], digest[2:])
			if !slices.Equal(fresh.bucket.data[object], h.bucket.data[object]) || fresh.bucket.data[object] == nil {
				h.t.Errorf("object %s of a new project is missing or differs", digest)
			}
		}
	}
}

// made lists the digests of the parts that an action made.
func (h *history) made(w *world, record string) []string {
	text, err := store.Unseal(record, w.bucket.data[record])
	h.must(err)
	var rec runner.Record
	h.must(json.Unmarshal(text, &rec))
	var digests []string
	for _, parts := range rec.Streams {
		for _, p := range parts {
			digests = append(digests, p.Digest)
		}
	}
	return digests
}
