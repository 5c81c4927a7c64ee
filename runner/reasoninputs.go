package runner

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sftrun.local/schema"
)

// inputs finds the inputs that differ in what is worked on.
func (q inquiry) inputs(ctx context.Context) []Reason {
	var all []Reason
	for _, in := range q.stage.node.spec.Inputs {
		was, ok := q.was.Inputs[in.Field]
		now := pieceDigests(q.stage.inputs[in.Field])
		switch {
		case !ok:
			all = append(all, q.reason(in.Field, nil, text(in.Step+"."+in.Stream)))
		case slices.Equal(was.Parts, now) || !q.concerns(ctx, in.Field, was.Parts):
		case q.rewired(in, was):
			all = append(all, q.reason(in.Field, text(was.Step+"."+was.Stream), text(in.Step+"."+in.Stream)))
		default:
			all = append(all, q.behind(ctx, in, difference(was.Parts, now))...)
		}
	}
	return all
}

// rewired tells whether an input is connected to another step or stream than before, and not just to a step that has
// another name now.
func (q inquiry) rewired(in schema.Input, was Input) bool {
	if was.Stream != in.Stream {
		return true
	}
	before, _ := q.runner.before(byName(q.stages, in.Step), q.since, q.stages)
	return was.Step != in.Step && (before == nil || before.Name != was.Step)
}

// concerns tells whether an input is a cause: had its parts stayed as they were, an action would have been spared. How
// many rows there were in a part that is gone is not known, which a kind that counts rows over parts may notice.
func (q inquiry) concerns(ctx context.Context, field string, was []string) bool {
	parts := map[string]piece{}
	for _, p := range q.stage.inputs[field] {
		parts[p.Digest] = p
	}
	back := make([]piece, len(was))
	for i, digest := range was {
		back[i] = parts[digest]
		back[i].Digest = digest
	}
	inputs := maps.Clone(q.stage.inputs)
	inputs[field] = back
	spared, err := q.avoids(ctx, inputs, q.stage.node.step)
	return spared || err != nil
}

// behind explains a changed input: by what is different about the step before it, if that is cached and so says nothing
// itself, or else by how the parts differ.
func (q inquiry) behind(ctx context.Context, in schema.Input, how string) []Reason {
	before := byName(q.stages, in.Step)
	if before != nil && before.data != nil {
		then := q.pastThen(ctx)
		was, _ := q.runner.before(before, then, q.stages)
		up := inquiry{runner: q.runner, stages: q.stages, since: then, then: q.then, stage: before, was: q.runner.detail(ctx, was)}
		if up.was != nil && up.was.Kind == before.node.kind.Name {
			if causes := up.causes(ctx); len(causes) > 0 {
				return causes
			}
		}
	}
	return []Reason{{Text: fmt.Sprintf("%s.%s changed: %s", in.Step, in.Stream, how)}}
}

// pastThen is the run that the stage was last done in. Later ones may have done the steps before it, and not it.
func (q inquiry) pastThen(ctx context.Context) past {
	if q.since.run == nil || q.then == 0 || q.then == q.since.run.Number {
		return q.since
	}
	run, err := readRun(ctx, q.runner.opt.Store, runName(q.then))
	if err != nil {
		return q.since // reasons are then less exact, which is no reason to fail
	}
	return past{run: run}
}

// difference tells how a list of parts differs from the one before.
func difference(was, now []string) string {
	left := map[string]int{}
	for _, d := range was {
		left[d]++
	}
	fresh := 0
	for _, d := range now {
		if left[d] == 0 {
			fresh++
		} else {
			left[d]--
		}
	}
	gone := len(was) - (len(now) - fresh)
	switch {
	case fresh > 0 && fresh == gone:
		return fmt.Sprintf("%s of %s new", thousands(fresh), count(len(now), "part"))
	case fresh > 0 && gone > 0:
		return fmt.Sprintf("%s of %s new, %s gone", thousands(fresh), count(len(now), "part"), thousands(gone))
	case fresh > 0:
		return fmt.Sprintf("%s of %s added", thousands(fresh), count(len(now), "part"))
	case gone > 0:
		return fmt.Sprintf("%s gone, %s left", count(gone, "part"), thousands(len(now)))
	}
	return "its parts come in another order"
}

func pieceDigests(pieces []piece) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		out[i] = p.Digest
	}
	return out
}
