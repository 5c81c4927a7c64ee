package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// records checks the records of actions and what they made.
func (v *verification) records(ctx context.Context) error {
	return v.each(ctx, recordPrefix, RecordClass, func(ctx context.Context, name string) (int64, error) {
		if !recordShape(name) {
			return 0, errForeign
		}
		var rec Record
		size, sound, err := v.unseal(ctx, name, RecordClass, func(text []byte) error { return decode(name, text, &rec) })
		if err != nil {
			return 0, err
		}
		if !sound {
			v.breaks(name, v.known(name))
			return size, nil
		}
		if err := v.before(ctx, name, &rec); err != nil {
			return size, err
		}
		return size, v.made(ctx, name, &rec)
	})
}

// before looks for the attempt before a later one: readers come to it through that.
func (v *verification) before(ctx context.Context, name string, rec *Record) error {
	earlier := attemptBefore(name)
	if earlier == "" {
		return nil
	}
	if _, err := v.store.Bucket().Size(ctx, earlier); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d, err := v.absent(ctx, earlier, RecordClass, name)
	if d != nil {
		v.breaks(name, d)
		v.describe(d, "an earlier attempt at what kind "+rec.Pieces.Kind+" made", "an earlier attempt")
	}
	return err
}

// breaks notes what is wrong with the record of an action.
func (v *verification) breaks(record string, d *Damage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.broken[record] = append(v.broken[record], d)
}

// made looks for what an action made.
func (v *verification) made(ctx context.Context, name string, rec *Record) error {
	streams := map[string][]steps.Part{"provenance of rows": rec.Provenance}
	for stream, parts := range rec.Streams {
		streams[stream] = parts
	}
	for _, stream := range sortedKeys(streams) {
		for nth, p := range streams[stream] {
			d, err := v.part(ctx, p, name)
			if err != nil {
				return err
			}
			if d == nil {
				continue
			}
			v.breaks(name, d)
			what := stream
			if len(streams[stream]) > 1 {
				what += fmt.Sprintf(" (%d of %d)", nth+1, len(streams[stream]))
			}
			v.describe(d, fmt.Sprintf("%s that kind %s made", what, rec.Pieces.Kind), what)
		}
	}
	return nil
}

// part looks for a part that something names; nil if it is sound.
func (v *verification) part(ctx context.Context, p steps.Part, by string) (*Damage, error) {
	if p.Digest == "" {
		return nil, nil
	}
	name := store.ObjectName(p.Digest)
	if v.known(name) == nil {
		if there, err := v.store.Has(ctx, p.Digest, p.Size); there || err != nil {
			return nil, err
		}
	}
	return v.absent(ctx, name, ObjectClass, by)
}

// manifests checks the manifests of steps, and looks for what they name.
func (v *verification) manifests(ctx context.Context) error {
	return v.each(ctx, manifestPrefix, ManifestClass, func(ctx context.Context, name string) (int64, error) {
		if !recordShape(name) {
			return 0, errForeign
		}
		var m Manifest
		size, sound, err := v.unseal(ctx, name, ManifestClass, func(text []byte) error { return decode(name, text, &m) })
		if err != nil || !sound {
			return size, err
		}
		return size, v.strung(ctx, name, &m)
	})
}

// strung looks for all that a manifest strings together.
func (v *verification) strung(ctx context.Context, name string, m *Manifest) error {
	parts := m.Provenance
	for _, stream := range m.Streams {
		for _, p := range stream {
			parts = append(parts, p.Part)
		}
	}
	for _, p := range parts {
		if _, err := v.part(ctx, p, name); err != nil {
			return err
		}
	}
	for _, record := range m.Actions {
		if err := v.named(ctx, record, name); err != nil {
			return err
		}
	}
	return nil
}

// named looks for the record of an action that something names.
func (v *verification) named(ctx context.Context, record, by string) error {
	v.mu.Lock()
	broken := v.broken[record]
	for _, d := range broken {
		d.makes = append(d.makes, by)
	}
	v.mu.Unlock()
	if broken != nil {
		return nil
	}
	if _, err := v.store.Bucket().Size(ctx, record); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d, err := v.absent(ctx, record, RecordClass, by)
	if d != nil {
		v.breaks(record, d)
	}
	return err
}
