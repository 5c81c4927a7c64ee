package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Empty tells whether there is nothing to delete.
func (g *Garbage) Empty() bool { return len(g.Delete) == 0 }

// Remove deletes what FindGarbage found. The caller must hold the store alone (OwnStore) since before that. It may be
// stopped or killed at any time; then some of it is left. progress is told how many names are gone, nil tells nobody.
func (g *Garbage) Remove(ctx context.Context, progress func(done int)) error {
	for _, run := range g.Loses {
		if err := noteRemoval(ctx, g.store, run.Run, RemovedByGC); err != nil {
			return err
		}
	}
	done := 0
	for _, d := range deleted {
		err := g.removeUnder(ctx, d.prefix, func() {
			done++
			if progress != nil {
				progress(done)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeUnder deletes what lies under a prefix and nothing rests on. Names of attempts at one action follow each other;
// later attempts go first, since readers come to them through the earlier ones.
func (g *Garbage) removeUnder(ctx context.Context, prefix string, gone func()) error {
	var attempts []string
	flush := func() error {
		slices.SortFunc(attempts, func(a, b string) int {
			_, i := splitAttempt(a)
			_, j := splitAttempt(b)
			return j - i
		})
		for _, name := range attempts {
			if err := g.store.Bucket().Delete(ctx, name); err != nil {
				return fmt.Errorf("delete %s: %w", name, err)
			}
			gone()
		}
		attempts = attempts[:0]
		return nil
	}
	for name, err := range g.store.Bucket().List(ctx, prefix) {
		if err != nil {
			return err
		}
		if _, known := classOf(name); !known || g.reach.holds(name) {
			continue
		}
		if first, _ := splitAttempt(name); len(attempts) > 0 && !strings.HasPrefix(attempts[0], first) {
			if err := flush(); err != nil {
				return err
			}
		}
		attempts = append(attempts, name)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return flush()
}
