package runner

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/fault"
)

// ApplyOptions say how far an apply may go. The zero value asks nobody, stops for nobody and shows nothing.
type ApplyOptions struct {
	// Free runs all that costs nothing, and stops before steps that would put questions that cost something.
	Free bool

	// Confirm is asked before questions of a step are sent that cost something. An error ends the apply and says why
	// it could not be asked; false leaves the step for another apply. nil agrees.
	Confirm func(ctx context.Context, step string, asks Asks) (bool, error)

	// Stop ends the apply well when it is closed: nothing new is started, what is under way is finished and kept.
	// Cancelling the context ends it at once; what is under way is lost, but nothing that was committed.
	Stop <-chan struct{}

	// Progress is told what happens, from one goroutine. nil tells nobody.
	Progress func(Event)

	// Promise holds the apply to a saved plan, see Runner.Promise. nil holds it to nothing.
	Promise *Promise
}

// ErrStopped says that an apply was stopped before its end. What was done is kept.
var ErrStopped = errors.New("stopped")

// apply is one apply under way. One goroutine owns it and all that it points to; jobs run in others and hand back a
// function for the owner to call.
type apply struct {
	*Runner
	opt      ApplyOptions
	run      RunRecord
	since    past
	stages   []*stage
	states   map[*stage]*progress
	done     chan func() error
	events   chan Event // from jobs
	running  int
	err      error // the first; nothing new is started after it
	halted   []string
	flying   map[string]bool    // keys of actions under way
	agreeing sync.Mutex         // one step at a time is priced and agreed to
	agreed   keySet             // questions that may be sent
	turns    turns              // of asking
	made     map[string]*Record // by key, lean ones of actions executed in this apply
	work     context.Context    // ends when all is to end at once
	gentle   context.Context    // ends when nothing new is to be started
}

// progress is how far an apply has come with a stage.
type progress struct {
	StepReport
	busy     bool // a job resolves or closes it, and owns it meanwhile
	resolved bool
	queue    []*action // ready to be executed
	active   int       // being executed
	parked   []*action // waiting for answers
	known    keySet    // questions that were found answered
	sending  bool
	ended    bool
	current  bool     // its file, if it has one, is what it should be
	kept     *Publish // its file, if that was changed by hand and left alone
	wrote    bool
}

// Apply does what Plan says: it executes the actions of every step that has to run, publishes, and records the run.
// The report is there even if the error is not nil. An error with which rows are merely missing is none: see
// Report.Outcome.
//
// An object that turns out to be damaged is taken out of the store and made again, by starting over: what is sound is
// found again.
func (r *Runner) Apply(ctx context.Context, opt ApplyOptions) (*Report, error) {
	var mended []string
	var done []StepReport
	for {
		rep, err := r.apply(ctx, opt, done)
		var damaged *store.Damaged
		if !errors.As(err, &damaged) || len(mended) == mostMended {
			if rep != nil {
				rep.Mended = mended
			}
			return rep, err
		}
		if err := r.opt.Store.Discard(ctx, damaged.Name); err != nil {
			return rep, err
		}
		if err := opt.Promise.mend(damaged.Name); err != nil {
			return rep, err
		}
		mended = append(mended, damaged.Name)
		if rep != nil {
			done = rep.Steps
		}
	}
}

// mostMended is the number of damaged objects that one apply makes again. With more the disk is not to be trusted.
const mostMended = 16

// apply is one try of Apply; done is what earlier tries did.
func (r *Runner) apply(ctx context.Context, opt ApplyOptions, done []StepReport) (*Report, error) {
	a, err := r.begin(ctx, opt, done)
	if err != nil {
		return nil, err
	}
	a.loop(ctx)
	return a.finish(ctx)
}

// begin makes all ready for an apply.
func (r *Runner) begin(ctx context.Context, opt ApplyOptions, done []StepReport) (*apply, error) {
	stages, err := r.stages()
	if err != nil {
		return nil, err
	}
	if err := opt.Promise.begins(stages); err != nil {
		return nil, err
	}
	if err := r.prepare(ctx, stages); err != nil {
		return nil, err
	}
	r.outside.relist()
	since, err := r.since(ctx)
	if err != nil {
		return nil, err
	}
	a := &apply{
		Runner: r, opt: opt, since: since, stages: stages, states: map[*stage]*progress{},
		turns: turns{take: r.opt.Turn},
		done:  make(chan func() error), events: make(chan Event), flying: map[string]bool{}, made: map[string]*Record{},
	}
	for i, st := range stages {
		p := &progress{StepReport: StepReport{Name: st.node.spec.Name, Kind: st.node.kind.Name}}
		if done != nil {
			p.Executed, p.Asked, p.USD = done[i].Executed, done[i].Asked, done[i].USD
		}
		a.states[st] = p
	}
	a.run = a.newRun()
	return a, a.keepFiles(ctx)
}

// keepFiles puts the declared files into the store, as actions name them by digest.
func (a *apply) keepFiles(ctx context.Context) error {
	for _, st := range a.stages {
		for _, f := range st.node.files {
			now, data, err := a.outside.declare(f.Path)
			if err != nil {
				return err
			}
			if now.Digest != f.Digest {
				return fmt.Errorf("%s changed meanwhile.  Run apply again", f.Path)
			}
			if _, err := a.Runner.opt.Store.Put(ctx, data); err != nil {
				return err
			}
		}
	}
	return nil
}

// loop starts jobs and takes in what they did, until nothing is left that could be started.
func (a *apply) loop(ctx context.Context) {
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	gentle, ease := context.WithCancel(work)
	defer ease()
	a.work, a.gentle = work, gentle
	stop := a.opt.Stop
	for {
		if a.err == nil && ctx.Err() == nil {
			a.advance()
		}
		if a.err != nil {
			ease()
		}
		if a.running == 0 {
			break
		}
		select {
		case took := <-a.done:
			a.running--
			a.fail(took())
		case e := <-a.events:
			a.tell(e)
		case <-stop:
			stop = nil
			a.fail(ErrStopped)
		}
	}
	a.fail(ctx.Err())
}

// fail keeps the first error.
func (a *apply) fail(err error) {
	if a.err == nil && err != nil {
		a.err = err
	}
}

// start runs a job in a goroutine of its own. What it returns is called by the owner. A panic is an error of the job:
// the others come to their end.
func (a *apply) start(job func(ctx context.Context) func() error) {
	a.running++
	go func() {
		var took func() error
		defer func() {
			if p := recover(); p != nil {
				err := fmt.Errorf("a defect of sftrun or of a kind: %v\n%s", p, debug.Stack())
				took = func() error { return err }
			}
			a.done <- took
		}()
		took = job(a.work)
	}()
}

// advance starts all that can be started now. Steps come in order, so that what is near its end ends first.
func (a *apply) advance() {
	for _, st := range a.stages {
		p := a.states[st]
		switch {
		case p.ended || p.busy:
		case !p.resolved:
			a.open(st, p)
		case st.data != nil:
			a.close(st, p)
		default:
			a.dispatch(st, p)
		}
		if a.err != nil {
			return
		}
	}
}

// open resolves a stage as soon as the steps before it are done.
func (a *apply) open(st *stage, p *progress) {
	inputs, waits := feed(a.stages, st, func(s *stage) bool { return a.states[s].resolved && s.data != nil })
	if len(waits) > 0 {
		return
	}
	p.busy = true
	p.began = time.Now()
	a.start(func(context.Context) func() error {
		err := a.resolve(a.gentle, st, inputs)
		return func() error {
			p.busy, p.resolved = false, true
			p.Actions = len(st.actions)
			done := p.Actions - len(st.pending())
			if st.data != nil {
				done = p.Actions
			}
			p.Reused = max(0, done-p.Executed)
			p.queue = st.waiting()
			p.RowsIn = st.rowsFed()
			if err == nil {
				err = a.opt.Promise.covers(st)
			}
			if err == nil {
				err = a.room(st)
			}
			if err == nil && st.data == nil {
				a.tell(Event{What: Began, Step: p.Name, Actions: p.Actions - done, Rows: p.RowsIn})
			}
			return err
		}
	})
}

// room makes sure that what a stage will write finds room. It errs on the side of letting it try: a disk that turns out
// full leaves nothing half-written either.
func (a *apply) room(st *stage) error {
	if a.Runner.opt.Room == nil || st.data != nil {
		return nil
	}
	free, known := a.Runner.opt.Room()
	if need := st.writes(); known && need > free {
		return fmt.Errorf("steps.%s will write about %s, and %s are free where the store lies.  Nothing of it was started.  Make room, or move the folder of the store to another disk and name its new place with --store",
			st.node.spec.Name, megabytes(need), megabytes(free))
	}
	return nil
}

// writes estimates the bytes that the missing actions will write: those of the rows that they read, less the share that
// the step leaves out for certain. What comes of files outside cannot be told from their size.
func (st *stage) writes() int64 {
	var n int64
	for _, a := range st.pending() {
		for _, s := range a.Sources {
			if s.Input != "" {
				n += st.inputs[s.Input][s.Index].Size
			}
		}
	}
	rows := st.rowsFed()
	if b, ok := st.node.step.(steps.Bounder); ok && rows > 0 {
		if most := b.MaxRows(rows); most >= 0 && most < rows {
			n = int64(float64(n) * float64(most) / float64(rows))
		}
	}
	return n
}

// dispatch starts actions of a stage, as many as there are workers, and sends questions when all else is done.
func (a *apply) dispatch(st *stage, p *progress) {
	for i := 0; i < len(p.queue) && len(a.flying) < a.workers() && a.err == nil; {
		next := p.queue[i]
		key := next.task.pieces.Key()
		if a.flying[key] {
			i++ // another step executes the same action; its result will serve
			continue
		}
		p.queue = without(p.queue, i)
		if rec := a.made[key]; rec != nil {
			p.Reused++
			a.fail(a.took(st, p, next, rec))
			continue
		}
		a.execute(st, p, next, key)
	}
	switch {
	case st.data != nil:
		a.close(st, p)
	case len(p.queue) == 0 && p.active == 0 && len(p.parked) > 0 && !p.sending && !p.Held:
		a.gate(p)
	}
}

// without takes item i out of a queue, the first without moving the others.
func without(queue []*action, i int) []*action {
	if i == 0 {
		return queue[1:]
	}
	return slices.Delete(queue, i, i+1)
}

// execute runs one action in a job.
func (a *apply) execute(st *stage, p *progress, act *action, key string) {
	p.active++
	a.flying[key] = true
	var open pending
	a.start(func(ctx context.Context) func() error {
		rec, err := a.attempt(ctx, p, act, &open)
		return func() error {
			p.active--
			delete(a.flying, key)
			if errors.Is(err, steps.ErrPending) {
				return a.place(st.node, p.park(act, open))
			}
			if err != nil {
				return a.place(st.node, err)
			}
			p.Executed++
			a.made[key] = rec
			a.tell(Event{What: Did, Step: p.Name, Label: act.Label, Actions: p.Executed, Rows: rec.Out + sum(rec.Dropped) + rec.failed()})
			return a.took(st, p, act, rec)
		}
	})
}

// attempt executes an action and stores its record. The error is steps.ErrPending if it waits for answers.
func (a *apply) attempt(ctx context.Context, p *progress, act *action, open *pending) (*Record, error) {
	var err error
	if act.disputed, err = a.disputed(ctx, act); err != nil {
		return nil, err
	}
	rec, err := a.executor().run(ctx, *act.task, a.noting(p, act, open))
	if err != nil {
		return nil, err
	}
	if open.count > 0 {
		return nil, fmt.Errorf("kind %s made rows though %d of its questions have no answer: a defect of the kind", act.task.kind.Name, open.count)
	}
	fault.Point("action: made")
	if rec, err = a.saveRecord(ctx, rec); err != nil {
		return nil, err
	}
	fault.Point("action: recorded")
	return rec.lean(), nil
}

// took takes in the record of an action, and finds which others can be executed now.
func (a *apply) took(st *stage, p *progress, act *action, rec *Record) error {
	ready, err := a.settled(a.work, st, act, rec)
	for _, w := range ready {
		if w.record == nil {
			p.queue = append(p.queue, w)
		} else {
			p.Reused++
		}
	}
	return err
}

// close ends a stage whose data are there: its manifest is stored and its file published.
func (a *apply) close(st *stage, p *progress) {
	p.busy = true
	a.start(func(ctx context.Context) func() error {
		wrote, state, err := a.seal(ctx, st)
		var kept *Publish
		if err == nil && state == Kept {
			var f Publish
			f, err = a.standingOf(ctx, a.stages, st, state)
			kept = &f
		}
		return func() error {
			p.busy, p.ended, p.current = false, true, err == nil && state == current
			p.Tally, p.Done = st.data.Tally, err == nil
			p.Seconds = time.Since(p.began).Seconds()
			p.wrote, p.kept = wrote, kept
			p.Answered = p.known.len()
			p.Partial = st.partial || st.trial || st.data.Failures() > 0
			if wrote {
				p.File = a.shown(a.target(st))
			}
			a.tell(Event{What: Ended, Step: p.Name, Report: &p.StepReport})
			if st.data.Halt != "" {
				a.halted = append(a.halted, fmt.Sprintf("steps.%s: %s", p.Name, st.data.Halt))
			}
			return err
		}
	})
}

// seal stores the manifest and publishes. The state is how the published file stands then.
func (a *apply) seal(ctx context.Context, st *stage) (wrote bool, state string, err error) {
	fault.Point("step: recorded")
	if err := a.saveManifest(ctx, st); err != nil {
		return false, current, err
	}
	fault.Point("step: complete")
	if !publishes(st) {
		return false, current, nil
	}
	return a.publish(ctx, a.stages, st)
}
