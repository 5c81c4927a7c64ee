package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Discard removes what Verify found damaged, with the records and manifests that name it, so that the next apply makes
// just that again. What is Kept stays. The runs that rest on it are noted to have lost data: their pipeline may not be
// the present one, and then nothing makes it again. It returns the names that are gone.
//
// The caller must hold the store alone (OwnStore) since before Verify.
func (r *Runner) Discard(ctx context.Context, found *Verification) ([]string, error) {
	for _, d := range found.Damage {
		for _, run := range d.losers() {
			if err := noteRemoval(ctx, r.opt.Store, run, RemovedByVerify); err != nil {
				return nil, err
			}
		}
	}
	var gone []string
	for _, d := range found.Damage {
		if d.Kept {
			continue
		}
		names, err := r.withAll(ctx, d)
		if err != nil {
			return gone, err
		}
		for _, name := range names {
			if err := r.opt.Store.Discard(ctx, name); err != nil {
				return gone, fmt.Errorf("remove %s: %w", name, err)
			}
			gone = append(gone, name)
		}
	}
	return gone, nil
}

// losers lists the runs that rest on a damaged thing. A damaged record of a run is one, so that nobody takes its number.
func (d *Damage) losers() []int {
	if n := lastNumber([]string{d.Name}); d.Class == "runs" && n > 0 {
		return append(slices.Clone(d.Runs), n)
	}
	if d.Class == ManifestClass {
		return nil // made again from the records, which are there
	}
	return d.Runs
}

// withAll lists the names that go with a damaged thing, those first that name others: manifests, records with all later
// attempts, then it itself. Records of runs and Details that name it stay.
func (r *Runner) withAll(ctx context.Context, d *Damage) ([]string, error) {
	var manifests, records []string
	for _, name := range append(slices.Clone(d.makes), d.Name) {
		switch class, known := classOf(name); {
		case !known:
		case class == ManifestClass:
			manifests = append(manifests, name)
		case class == RecordClass:
			later, err := r.laterAttempts(ctx, name)
			if err != nil {
				return nil, err
			}
			records = append(records, later...)
		}
	}
	all := append(manifests, records...)
	if !d.Missing {
		all = append(all, d.Name)
	}
	return firsts(all), nil
}

// firsts leaves out of a list all but the first of equal names.
func firsts(names []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(names, func(name string) bool {
		was := seen[name]
		seen[name] = true
		return was
	})
}

// laterAttempts lists a record and those of later attempts at its action, the last first.
func (r *Runner) laterAttempts(ctx context.Context, name string) ([]string, error) {
	first, attempt := splitAttempt(name)
	var all []string
	for ; ; attempt++ {
		name := attemptName(first, attempt)
		_, err := r.opt.Store.Bucket().Size(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			slices.Reverse(all)
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, name)
	}
}
