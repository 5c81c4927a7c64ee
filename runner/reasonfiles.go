package runner

import (
	"context"
	"fmt"
	"slices"

	"sftrun.local/steps"
)

// files finds the shards that are new, changed or gone since. What came or went because other files are asked for now
// is not among them: that is a changed field. With stuck, new names may come of a changed field that cannot be put back, and
// are left unexplained.
func (q inquiry) files(ctx context.Context, stuck bool) (all []Reason, unexplained bool) {
	then := q.listedBefore(ctx)
	here := map[string]bool{} // names that are listed, or would be with the config as it was
	for _, s := range slices.Concat(q.stage.listing, then) {
		here[s.Name] = true
	}
	byName, renamed := map[string]steps.Shard{}, map[string]string{}
	var gone []steps.Shard
	for _, s := range q.was.Listing {
		byName[s.Name] = s
		if s.Digest != "" && !here[s.Name] {
			renamed[s.Digest] = s.Name
			gone = append(gone, s)
		}
	}
	replaced := false // a shard was taken that was there and not taken before
	for _, a := range q.stage.actions {
		if q.stage.data == nil && a.record != nil {
			continue
		}
		for _, s := range a.Shards {
			was, ok := byName[s.Name]
			switch {
			case ok && was.Digest == "":
				replaced = true
			case ok && was.Digest == s.Digest:
			case then != nil && !listed(then, s):
			case ok:
				all = append(all, Reason{Text: q.runner.outside.shown(s) + " changed"})
			case renamed[s.Digest] != "":
				all = append(all, Reason{Text: fmt.Sprintf("%s is now called %s", renamed[s.Digest], s.Name)})
				delete(renamed, s.Digest)
			case stuck && then == nil:
				unexplained = true
			default:
				all = append(all, Reason{Text: q.runner.outside.shown(s) + " is new"})
			}
		}
	}
	if q.stage.data == nil && !replaced {
		return all, unexplained // nothing has to be done for a shard that is gone, unless another was taken in its place
	}
	for _, s := range gone {
		if renamed[s.Digest] != "" { // or another of the same bytes, and nobody can tell which of them it was
			all = append(all, Reason{Text: q.runner.outside.shown(s) + " is gone"})
		}
	}
	return all, unexplained
}

// listedBefore lists the files that the step's config of then asks for now; nil if there are none.
func (q inquiry) listedBefore(ctx context.Context) []steps.Shard {
	if len(q.stage.listing) == 0 {
		return nil
	}
	config, err := withFiles(q.was.Config, q.was.Files)
	if err != nil {
		return nil
	}
	step, err := q.stage.node.kind.New(config)
	if err != nil {
		return nil
	}
	other := &stage{node: q.stage.node, inputs: q.stage.inputs}
	if _, err := step.Actions(ctx, &stageInputs{runner: q.runner, stage: other}); err != nil {
		return nil
	}
	return other.listing
}

func listed(all []steps.Shard, one steps.Shard) bool {
	return slices.ContainsFunc(all, func(s steps.Shard) bool { return s.Name == one.Name && s.Place == one.Place })
}
