package cli

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/runner"
	"sftrun.local/steps"
)

// mostLined is the largest size in bytes of a text whose lines are compared.
const mostLined = 256 << 10

// config compares the pipelines, and what they read beside rows of other steps.
func (d *differ) config(ctx context.Context) (diffConfig, error) {
	c := diffConfig{Whole: d.a.Pipeline != nil && d.b.Pipeline != nil}
	a, err := evaluated(d.a, c.Whole)
	if err != nil {
		return c, err
	}
	b, err := evaluated(d.b, c.Whole)
	if err != nil {
		return c, err
	}
	c.Changes = compare.Changes(a, b)
	c.OnlyA, c.OnlyB = compare.Only(a.Steps, b.Steps), compare.Only(b.Steps, a.Steps)
	for _, made := range d.b.Made {
		was := d.a.Step(made.Name)
		if was == nil || was.Detail == nil || made.Detail == nil {
			continue
		}
		c.addVersion(was.Detail, made.Detail)
		if was.Done && made.Done {
			c.addData(made.Name, was.Detail.Listing, made.Detail.Listing)
		}
		if err := d.addFiles(ctx, &c, made.Name, was.Detail, made.Detail); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *diffConfig) addVersion(a, b *runner.Detail) {
	v := diffVersion{b.Kind, a.Version, b.Version}
	if a.Kind == b.Kind && v.A != v.B && !slices.Contains(c.Versions, v) {
		c.Versions = append(c.Versions, v)
	}
}

// addData compares the shards that a step chose.
func (c *diffConfig) addData(step string, a, b []steps.Shard) {
	ofA, ofB := chosen(a), chosen(b)
	data := diffData{Step: step, OnlyA: compare.Only(ofA, ofB), OnlyB: compare.Only(ofB, ofA)}
	for _, name := range slices.Sorted(maps.Keys(ofA)) {
		if other, ok := ofB[name]; ok && other != ofA[name] {
			data.Changed = append(data.Changed, name)
		}
	}
	if len(data.OnlyA)+len(data.OnlyB)+len(data.Changed) > 0 {
		c.Data = append(c.Data, data)
	}
}

// chosen gives the digests of the shards that were read, by name.
func chosen(shards []steps.Shard) map[string]string {
	read := map[string]string{}
	for _, s := range shards {
		if s.Digest != "" {
			read[s.Name] = s.Digest
		}
	}
	return read
}

// addFiles compares the texts of declared files. What differs is told with the paths, which are then no changes of
// their own.
func (d *differ) addFiles(ctx context.Context, c *diffConfig, step string, a, b *runner.Detail) error {
	for _, field := range slices.Sorted(maps.Keys(b.Files)) {
		was, ok := a.Files[field]
		now := b.Files[field]
		if !ok || was.Digest == now.Digest {
			continue
		}
		f := diffFile{Path: steps.FieldPath("steps", step) + "." + field, A: was, B: now}
		c.Changes = slices.DeleteFunc(c.Changes, func(c compare.Change) bool { return c.Path == f.Path })
		if d.project.verbose {
			var err error
			if f.Lines, err = d.lines(ctx, step, was, now); err != nil {
				return err
			}
		}
		c.Files = append(c.Files, f)
	}
	return nil
}

// lines tells how two texts differ, "" if they are large.
func (d *differ) lines(ctx context.Context, step string, a, b steps.File) (string, error) {
	before, errA := d.a.File(ctx, step, a)
	after, errB := d.b.File(ctx, step, b)
	if err := cmp.Or(errA, errB); err != nil || len(before) > mostLined || len(after) > mostLined {
		return "", err
	}
	return string(diff.Diff("A/"+a.Path, before, "B/"+b.Path, after)), nil
}
