package runner

import (
	"context"
	"fmt"

	"sftrun.local/schema"
)

// A Reason is one cause for which actions of a step have to be executed.
type Reason struct {
	Path string          `json:"path,omitempty"` // CUE path of what changed, if it stands in the pipeline
	Old  string          `json:"old,omitempty"`  // value as JSON, "" if there was none
	New  string          `json:"new,omitempty"`
	Pos  schema.Position `json:"-"`
	At   string          `json:"at,omitempty"` // Pos as file:line:col
	Text string          `json:"text"`         // the whole reason in words
}

// inquiry finds what is different about a stage since it was last done. A cause is what, had it stayed as it was, would
// have spared an action: each changed field is put back alone, the step is split again, and if that spares an action
// the field is a cause. So a field that no action depends on is never named, and of two changes both are.
type inquiry struct {
	runner *Runner
	stages []*stage
	since  past
	stage  *stage
	then   int // number of the run that the stage was last done in
	was    *Detail
}

// reasons tells why actions of a stage have to be executed.
func (r *Runner) reasons(ctx context.Context, stages []*stage, st *stage, since past, was *RunStep) []Reason {
	q := inquiry{runner: r, stages: stages, since: since, stage: st, was: r.detail(ctx, was)}
	if was != nil {
		q.then = was.Since
	}
	if again := q.again(); len(again) > 0 {
		return again
	}
	switch {
	case since.run == nil:
		return []Reason{{Text: "first run"}}
	case was == nil:
		return []Reason{{Text: fmt.Sprintf("new step (not in run %d)", since.run.Number)}}
	case q.was == nil && was.Detail != "":
		return []Reason{{Text: fmt.Sprintf("what it rested on in run %d is gone from the store, so what changed is not known", was.Since)}}
	case q.was == nil:
		return []Reason{{Text: fmt.Sprintf("not done in run %d", since.run.Number)}}
	case q.was.Kind != st.node.kind.Name:
		return []Reason{q.reason("kind", text(q.was.Kind), text(st.node.kind.Name))}
	}
	if all := q.causes(ctx); len(all) > 0 {
		return all
	}
	return q.unexplained()
}

// causes tells what is different, whether there is anything to execute for it or not.
func (q inquiry) causes(ctx context.Context) []Reason {
	var all []Reason
	if q.stage.trial {
		all = append(all, Reason{Text: fmt.Sprintf("a trial of the first %s (--max-rows)", count(q.runner.opt.MaxRows, "row"))})
	}
	all = append(all, q.versions()...)
	fields, stuck := q.fields(ctx)
	all = append(all, fields...)
	all = append(all, q.inputs(ctx)...)
	shards, unexplained := q.files(ctx, len(stuck) > 0)
	if all = append(all, shards...); unexplained || len(all) == 0 {
		return append(stuck, all...)
	}
	return all
}

// again tells of actions that were executed before, for the same key, and have to be once more.
func (q inquiry) again() []Reason {
	counts := map[string]int{}
	for _, a := range q.stage.pending() {
		if a.again != "" {
			counts[a.again]++
		}
	}
	var all []Reason
	for _, why := range sortedKeys(counts) {
		all = append(all, Reason{Text: fmt.Sprintf("%s of %s: %s", thousands(counts[why]), count(len(q.stage.actions), "part"), why)})
	}
	return all
}

func (q inquiry) versions() []Reason {
	var all []Reason
	if q.was.Scheme != Scheme {
		all = append(all, Reason{Text: fmt.Sprintf("keys are made in a new way: scheme %d → %d", q.was.Scheme, Scheme)})
	}
	if now := q.stage.node.kind; q.was.Version != now.Version {
		all = append(all, Reason{Text: fmt.Sprintf("kind %s has a new version: %d → %d", now.Name, q.was.Version, now.Version)})
	}
	return all
}

// unexplained is left when nothing differs from the run compared with: its results were never made, or are gone.
func (q inquiry) unexplained() []Reason {
	before := map[string]bool{}
	for _, s := range q.was.Symbols {
		before[s] = true
	}
	gone := 0
	for _, a := range q.stage.pending() {
		if before[a.symbol] {
			gone++
		}
	}
	if gone == 0 {
		return []Reason{{Text: fmt.Sprintf("not done in run %d", q.since.run.Number)}}
	}
	return []Reason{{Text: fmt.Sprintf("%s of %s missing from the store", count(gone, "result"), count(len(q.stage.actions), "part"))}}
}
