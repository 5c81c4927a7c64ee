package runner

import (
	"context"

	"sftrun.local/steps"
)

// How actions come to their records: those whose sources are known are looked up, and each that has its record may be
// the last that others waited for. The work is in proportion to the actions and their sources.

// link counts for each action what it waits for, and has what it takes from know of it.
func (st *stage) link() {
	st.missing = len(st.actions)
	for _, a := range st.actions {
		for _, s := range a.Sources {
			if s.Input == "" {
				from := st.actions[s.Action]
				from.feeds = append(from.feeds, a)
				a.unmade++
			}
		}
	}
}

// settle looks up every action whose sources are known. When all are done the stage has its data.
func (r *Runner) settle(ctx context.Context, st *stage) error {
	var ready []*action
	for _, a := range st.actions {
		if a.unmade == 0 {
			ready = append(ready, a)
		}
	}
	_, err := r.find(ctx, st, ready)
	return err
}

// settled takes in the record of an action that was executed. It returns the actions of which all sources are known
// since; some of them may have been found done.
func (r *Runner) settled(ctx context.Context, st *stage, a *action, rec *Record) (ready []*action, err error) {
	a.record = rec
	return r.find(ctx, st, st.made(a))
}

// find looks up actions whose sources are known, and those whose sources are known then. It returns all of them.
func (r *Runner) find(ctx context.Context, st *stage, ready []*action) ([]*action, error) {
	for next := ready; len(next) > 0; {
		if err := r.lookupAll(ctx, st, next); err != nil {
			return nil, err
		}
		var then []*action
		for _, a := range next {
			if a.record != nil {
				then = append(then, st.made(a)...)
			}
		}
		ready, next = append(ready, then...), then
	}
	if st.missing > 0 {
		return ready, nil
	}
	st.data = manifestOf(st)
	return ready, st.data.check(st.node)
}

// lookupAll finds the records of actions whose sources are known, several at once.
func (r *Runner) lookupAll(ctx context.Context, st *stage, list []*action) error {
	err := abreast(ctx, r.workers(), len(list), func(_ context.Context, i int) error {
		st.prepare(list[i])
		return nil
	})
	if err != nil {
		return err
	}
	firsts, whole, err := r.firstRecords(ctx, list)
	if err != nil {
		return err
	}
	return abreast(ctx, r.lookups(), len(list), func(ctx context.Context, i int) error {
		return r.lookup(ctx, st.node.kind, list[i], firsts[i], whole[i])
	})
}

// made counts an action that has its record. It returns those that waited for nothing else.
func (st *stage) made(a *action) (ready []*action) {
	st.missing--
	for _, next := range a.feeds {
		if next.unmade--; next.unmade == 0 {
			ready = append(ready, next)
		}
	}
	return ready
}

// prepare makes the task of an action all of whose sources are known.
func (st *stage) prepare(a *action) {
	sources := make([][]steps.Part, len(a.Sources))
	all := make([][]string, len(a.Sources))
	for i, s := range a.Sources {
		if s.Input != "" {
			sources[i] = []steps.Part{st.inputs[s.Input][s.Index].Part}
		} else {
			sources[i] = st.actions[s.Action].record.Streams[s.Stream]
		}
		all[i] = digests(sources[i])
	}
	for i := range sources {
		if a.first > 0 && i == 0 {
			sources[i] = []steps.Part{sources[i][0]}
			sources[i][0].Rows = a.first
		}
	}
	act := a.Action
	act.Config = a.config
	a.task = &task{kind: st.node.kind, action: act, sources: sources, pieces: pieces(st.node.kind, a.Action, a.config, all, a.first)}
}

// lookup finds the record of an action, given the first, unless what it made is gone or it is to be tried again.
func (r *Runner) lookup(ctx context.Context, kind steps.Kind, a *action, first *Record, whole bool) error {
	rec, whole, err := r.newestRecord(ctx, a.task.pieces.Key(), first, whole)
	if err != nil || rec == nil {
		return err
	}
	a.task.attempt = rec.Attempt
	if rec.failed() > 0 {
		a.task.attempt++ // the result may be another one, and a record is never replaced
	}
	switch {
	case !whole:
		a.again = "what it made is missing from the store"
	case rec.Transient > 0:
		a.again = "failed for a passing reason: " + count(rec.Transient, "row")
	case rec.failed() > 0 && r.opt.RetryFailed && kind.Asks:
		a.again = "failed: " + count(rec.failed(), "row")
	default:
		a.record = rec.lean()
		return nil
	}
	a.reask = r.opt.RetryFailed && rec.failed() > 0
	return nil
}
