package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sftrun.local/runner/store"
)

// GCOptions say what is kept.
type GCOptions struct {
	// Keep is how many of the last runs of each pipeline and variant are kept. The newest always is, of every pipeline in
	// the store: plans compare with it, and what other projects rest on is not known here otherwise.
	Keep int

	// Present are runners of the pipelines and variants whose results are kept as they stand now.
	Present []*Runner
}

// A Garbage is what nothing rests on that is kept, and what is kept. Everything else in the bucket (records of runs,
// tags, answers of models, and what sftrun does not know) is always kept: a record of an action does not say which
// questions it asked, so nobody can tell which answers no kept run could use.
type Garbage struct {
	Runs   []KeptRun `json:"runs"`   // whose data are kept, newest first
	Loses  []LostRun `json:"loses"`  // which lose data, oldest first; their records stay
	Delete []Class   `json:"delete"` // without those of which there are none
	Keep   []Class   `json:"keep"`

	store *store.Store
	reach *reach
}

// A LostRun is a run that loses data.
type LostRun struct {
	Run      int    `json:"run"`
	Pipeline string `json:"pipeline"`
	Variant  string `json:"variant,omitempty"`
}

// A KeptRun is a run whose data are kept: for a tag, as one of the last, or because something else rests on all of them.
type KeptRun struct {
	Run      int      `json:"run"`
	Pipeline string   `json:"pipeline"`
	Variant  string   `json:"variant,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Last     bool     `json:"last,omitempty"` // it is among the last runs of its pipeline and variant
}

// FindGarbage finds what gc would delete. It changes nothing. What an apply makes meanwhile counts as garbage, so the
// figures are exact only while none is under way, and Delete needs the store's lock from before FindGarbage on.
//
// The error is a *CannotTellError if a record is damaged that says what a run rests on.
func FindGarbage(ctx context.Context, s *store.Store, opt GCOptions) (*Garbage, error) {
	g := &Garbage{Runs: []KeptRun{}, Loses: []LostRun{}, Delete: []Class{}, Keep: []Class{}, store: s, reach: newReach(s)}
	runs, err := allRuns(ctx, s)
	if err != nil {
		return nil, err
	}
	tags, err := soundTags(ctx, s, runs)
	if err != nil {
		return nil, err
	}
	kept := g.choose(runs, tags, opt.Keep)
	for i := range runs {
		if kept[runs[i].Number] {
			if err := g.reach.run(ctx, &runs[i]); err != nil {
				return nil, err
			}
		}
	}
	for _, r := range opt.Present {
		if err := g.present(ctx, r); err != nil {
			return nil, err
		}
	}
	if err := g.keepWhole(ctx, runs, kept); err != nil {
		return nil, err
	}
	for i := range runs {
		if err := g.findLoss(ctx, &runs[i]); err != nil {
			return nil, err
		}
	}
	return g, g.weigh(ctx)
}

// present keeps what a plan of a pipeline would find.
func (g *Garbage) present(ctx context.Context, r *Runner) error {
	err := r.reach(ctx, g.reach)
	var cannot *CannotTellError
	if err == nil || errors.As(err, &cannot) || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("what %s rests on cannot be told, so nothing was deleted: %w", r.called(), err)
}

// called is the pipeline with its variant, for people.
func (r *Runner) called() string {
	if r.opt.Variant != "" {
		return "variant " + r.opt.Variant
	}
	return r.opt.Pipeline.Name
}

// soundTags lists the tags by run. Each must name a run that there is.
func soundTags(ctx context.Context, s *store.Store, runs []RunRecord) (map[int][]string, error) {
	tags, err := Tags(ctx, s)
	if err != nil {
		return nil, err
	}
	byRun := map[int][]string{}
	for _, t := range tags {
		if t.Damaged {
			return nil, fmt.Errorf("tag %s is damaged, so nobody can tell which run it keeps.  Nothing was deleted.  Set it again (sftrun tag %s RUN), or delete it (sftrun tag --delete %s)", t.Name, t.Name, t.Name)
		}
		if !slices.ContainsFunc(runs, func(r RunRecord) bool { return r.Number == t.Run }) {
			return nil, fmt.Errorf("tag %s names run %d, whose record is missing, so nobody can tell what it keeps.  Nothing was deleted.  Delete the tag (sftrun tag --delete %s), or move it (sftrun tag --force %s RUN)", t.Name, t.Run, t.Name, t.Name)
		}
		byRun[t.Run] = append(byRun[t.Run], t.Name)
	}
	return byRun, nil
}

// choose finds the runs whose data are kept.
func (g *Garbage) choose(runs []RunRecord, tags map[int][]string, keep int) map[int]bool {
	kept := map[int]bool{}
	seen := map[string]int{}
	for _, run := range slices.Backward(runs) {
		of := run.Pipeline + "\x00" + run.Variant
		last := seen[of] < max(keep, 1)
		seen[of]++
		if named := tags[run.Number]; last || len(named) > 0 {
			kept[run.Number] = true
			g.Runs = append(g.Runs, KeptRun{Run: run.Number, Pipeline: run.Pipeline, Variant: run.Variant, Tags: named, Last: last})
		}
	}
	return kept
}

// findLoss finds out whether a run loses something that is there.
func (g *Garbage) findLoss(ctx context.Context, run *RunRecord) error {
	for _, digest := range run.objects() {
		if g.reach.holdsObject(digest) {
			continue
		}
		_, err := g.store.Bucket().Size(ctx, store.ObjectName(digest))
		if there, err := readable(err); err != nil {
			return err
		} else if there {
			g.Loses = append(g.Loses, LostRun{Run: run.Number, Pipeline: run.Pipeline, Variant: run.Variant})
			return nil
		}
	}
	return nil
}
