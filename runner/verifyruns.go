package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sftrun.local/runner/store"
)

// runs checks the records of runs, the newest first, and says of what was found damaged to which of them it belongs.
// Details are shared by runs, and each is read once.
func (v *verification) runs(ctx context.Context) error {
	names, err := Runs(ctx, v.store)
	if err != nil {
		return err
	}
	details := map[string][]*Damage{}
	for _, name := range slices.Backward(names) {
		var run RunRecord
		size, sound, err := v.unseal(ctx, name, "runs", func(text []byte) error { return decode(name, text, &run) })
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		v.count("runs", size)
		if !sound {
			v.describe(v.known(name), "what a run did; the ledger has what it cost", "")
			continue
		}
		if err := v.run(ctx, &run, details); err != nil {
			return err
		}
	}
	return nil
}

// run looks for what one run rests on, unless that was removed on purpose.
func (v *verification) run(ctx context.Context, run *RunRecord, details map[string][]*Damage) error {
	if removed, err := removal(ctx, v.store, run.Number); removed != nil || err != nil {
		return err
	}
	if run.Digest != "" {
		if gone, err := v.evaluated(ctx, run); gone || err != nil {
			return err
		}
	}
	for _, s := range run.Steps {
		if s.Symbol != "" {
			if d := v.known(manifestName(s.Symbol)); d != nil {
				v.describe(d, fmt.Sprintf("the list of the parts of steps.%s in run %d", s.Name, run.Number), "")
				d.concerns(run.Number)
			}
		}
		if s.Detail == "" {
			continue
		}
		all, seen := details[s.Detail]
		if !seen {
			var err error
			if all, err = v.detail(ctx, run, s); err != nil {
				return err
			}
			if removed, err := v.removedMeanwhile(ctx, run, all); removed || err != nil {
				return err
			}
			details[s.Detail] = all
		}
		for _, d := range all {
			d.concerns(run.Number)
		}
	}
	return ctx.Err()
}

// evaluated looks for the evaluated pipeline of a run; gone says that a gc is just removing its data.
func (v *verification) evaluated(ctx context.Context, run *RunRecord) (gone bool, err error) {
	d, err := v.absent(ctx, store.ObjectName(run.Digest), ObjectClass, runName(run.Number))
	if d == nil || err != nil {
		return false, err
	}
	if gone, err = v.removedMeanwhile(ctx, run, []*Damage{d}); gone || err != nil {
		return gone, err
	}
	v.describe(d, fmt.Sprintf("the evaluated pipeline of run %d", run.Number), "")
	d.concerns(run.Number)
	return false, nil
}

// removedMeanwhile tells whether a gc is just taking away what a run rests on: it says so before it does. Then what was
// found missing is none of the damage.
func (v *verification) removedMeanwhile(ctx context.Context, run *RunRecord, found []*Damage) (bool, error) {
	if len(found) == 0 {
		return false, nil
	}
	removed, err := removal(ctx, v.store, run.Number)
	if removed == nil || err != nil {
		return false, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, d := range found {
		if d.Missing {
			delete(v.damage, d.Name)
		}
	}
	return true, nil
}

// detail looks for what a step rested on.
func (v *verification) detail(ctx context.Context, run *RunRecord, s RunStep) ([]*Damage, error) {
	name := store.ObjectName(s.Detail)
	if d, err := v.absent(ctx, name, ObjectClass, runName(run.Number)); d != nil || err != nil {
		if err != nil {
			return nil, err
		}
		v.describe(d, fmt.Sprintf("what steps.%s rested on in run %d", s.Name, run.Number), "")
		all, err := v.byManifest(ctx, run, s)
		return append(all, d), err
	}
	text, err := v.store.Get(ctx, s.Detail)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it has just been removed
	}
	if err != nil {
		return nil, err
	}
	var rested Detail
	if err := decode(name, text, &rested); err != nil {
		return []*Damage{v.found(Damage{Name: name, Class: ObjectClass, Problem: err.Error()})}, nil
	}
	return v.rested(ctx, run, s, name, rested)
}

// rested looks for the records of a step's actions and for its declared files.
func (v *verification) rested(ctx context.Context, run *RunRecord, s RunStep, by string, rested Detail) ([]*Damage, error) {
	for _, record := range rested.Actions {
		if err := v.named(ctx, record, by); err != nil {
			return nil, err
		}
	}
	all := v.ofActions(rested.Actions, run, s)
	for _, field := range sortedKeys(rested.Files) {
		f := rested.Files[field]
		d, err := v.absent(ctx, store.ObjectName(f.Digest), ObjectClass, by)
		if err != nil {
			return nil, err
		}
		if d != nil {
			v.describe(d, fmt.Sprintf("%s as steps.%s read it in run %d", f.Path, s.Name, run.Number), "")
			all = append(all, d)
		}
	}
	return all, nil
}

// ofActions gives what is wrong with the actions of a step, and says of each which part of the step it is.
func (v *verification) ofActions(records []string, run *RunRecord, s RunStep) []*Damage {
	var all []*Damage
	for i, record := range records {
		for _, d := range v.broken[record] {
			v.place(d, fmt.Sprintf("part %d of %d of steps.%s in run %d", i+1, len(records), s.Name, run.Number))
			all = append(all, d)
		}
	}
	return all
}

// byManifest finds the actions of a step whose Detail cannot be read.
func (v *verification) byManifest(ctx context.Context, run *RunRecord, s RunStep) ([]*Damage, error) {
	if s.Symbol == "" {
		return nil, nil
	}
	m, err := readSealed[Manifest](ctx, v.store, manifestName(s.Symbol))
	if m == nil || err != nil {
		return nil, err
	}
	return v.ofActions(m.Actions, run, s), nil
}

// tags checks that each tag names a run.
func (v *verification) tags(ctx context.Context) error {
	tags, err := Tags(ctx, v.store)
	if err != nil {
		return err
	}
	for _, t := range tags {
		v.count("tags", 0)
		problem := ""
		if t.Damaged {
			problem = "it cannot be read; set it again with sftrun tag"
		} else if there, err := readable(v.runThere(ctx, t.Run)); !there {
			var damaged *CannotTellError
			if err != nil && !errors.As(err, &damaged) {
				return err
			}
			problem = fmt.Sprintf("it names run %d, whose record cannot be read", t.Run)
		}
		if problem != "" {
			v.found(Damage{Name: tagPrefix + t.Name, Class: "tags", Problem: problem, Of: "tag " + t.Name})
		}
	}
	return nil
}

func (v *verification) runThere(ctx context.Context, run int) error {
	_, err := readRun(ctx, v.store, runName(run))
	return err
}

// removals checks the notes of runs that lost data.
func (v *verification) removals(ctx context.Context) error {
	return v.each(ctx, removedPrefix, "removed", func(ctx context.Context, name string) (int64, error) {
		run, err := strconv.Atoi(strings.TrimPrefix(name, removedPrefix))
		if err != nil || removalName(run) != name {
			return 0, errForeign
		}
		var r Removal
		size, sound, err := v.unseal(ctx, name, "removed", func(text []byte) error { return decode(name, text, &r) })
		if err == nil && !sound {
			v.describe(v.known(name), fmt.Sprintf("the note that run %d lost its data", run), "")
		}
		return size, err
	})
}

// verifyFiles compares the published files of the project with what is remembered of them.
func (r *Runner) verifyFiles(ctx context.Context, found *Verification) error {
	known := r.published()
	for _, file := range sortedKeys(known) {
		found.OfFiles++
		digest, err := digestFile(ctx, r.outside.path(filepath.FromSlash(file)))
		switch {
		case errors.Is(err, os.ErrNotExist):
			found.Files = append(found.Files, Publish{File: file, Why: Missing})
		case err != nil:
			return err
		case digest != known[file].Stamp.Digest && digest != known[file].NextDigest:
			found.Files = append(found.Files, Publish{File: file, Why: Edited})
		}
	}
	return nil
}
