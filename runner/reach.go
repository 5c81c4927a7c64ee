package runner

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// reach is all in a store that some runs and pipelines rest on. It goes the way that readers go, by names alone:
//
//	run → evaluated pipeline, Details, manifests of its steps
//	Detail → records of the actions, declared files
//	manifest → records, parts, provenance
//	record → earlier attempts (readers go through them in order), parts, provenance, declared files, and the parts that
//	         it worked on, as lines of rejects name rows of these
//
// What is not there is passed over: nothing rests on it. What is there and cannot be read is an error, because nobody
// can tell what rests on it. It holds one entry for each name, of data it reads no more than Details, and parts of
// rejects that a step took as its input.
type reach struct {
	store   *store.Store
	objects map[[32]byte]struct{} // by digest
	names   map[string]struct{}   // of records and manifests
}

func newReach(s *store.Store) *reach {
	return &reach{store: s, objects: map[[32]byte]struct{}{}, names: map[string]struct{}{}}
}

// A CannotTellError says that gc cannot tell what may be deleted.
type CannotTellError struct {
	Cause error
}

func (e *CannotTellError) Error() string {
	return fmt.Sprintf("%v, so nobody can tell what it rests on.  Nothing was deleted.  See sftrun verify first", e.Cause)
}

func (e *CannotTellError) Unwrap() error { return e.Cause }

// holds tells whether something rests on what lies under a name.
func (k *reach) holds(name string) bool {
	if digest, ok := store.ObjectDigest(name); ok {
		return k.holdsObject(digest)
	}
	_, ok := k.names[name]
	return ok
}

func (k *reach) holdsObject(digest string) bool {
	sum, ok := sumOf(digest)
	if ok {
		_, ok = k.objects[sum]
	}
	return ok
}

func sumOf(digest string) (sum [32]byte, ok bool) {
	n, err := hex.Decode(sum[:], []byte(digest[:min(len(digest), 64)]))
	return sum, err == nil && n == len(sum) && hex.EncodeToString(sum[:]) == digest
}

// object adds an object, and tells whether it is new.
func (k *reach) object(digest string) bool {
	sum, ok := sumOf(digest)
	if !ok {
		return false
	}
	_, known := k.objects[sum]
	k.objects[sum] = struct{}{}
	return !known
}

func (k *reach) parts(parts []steps.Part) {
	for _, p := range parts {
		k.object(p.Digest)
	}
}

// name adds a record or manifest, and tells whether it is new.
func (k *reach) name(name string) bool {
	_, known := k.names[name]
	k.names[name] = struct{}{}
	return !known
}

// readable turns the error of a reader around: what is missing is no error, what cannot be read is one for good.
func readable(err error) (there bool, _ error) {
	var damaged *store.Damaged
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.As(err, &damaged):
		return false, &CannotTellError{err}
	}
	return err == nil, err
}

// run adds what a run rests on.
func (k *reach) run(ctx context.Context, run *RunRecord) error {
	k.object(run.Digest)
	for _, s := range run.Steps {
		if s.Symbol != "" {
			if err := k.manifest(ctx, s.Symbol); err != nil {
				return err
			}
		}
		if err := k.detail(ctx, s.Detail); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (k *reach) detail(ctx context.Context, digest string) error {
	if !k.object(digest) {
		return nil
	}
	text, err := k.store.Get(ctx, digest)
	if there, err := readable(err); !there {
		return err
	}
	var d Detail
	if err := decode(store.ObjectName(digest), text, &d); err != nil {
		return &CannotTellError{&store.Damaged{Name: store.ObjectName(digest), Text: err.Error()}}
	}
	for _, f := range d.Files {
		k.object(f.Digest)
	}
	return k.records(ctx, d.Actions)
}

func (k *reach) manifest(ctx context.Context, symbol string) error {
	name := manifestName(symbol)
	if !k.name(name) {
		return nil
	}
	var m Manifest
	if there, err := k.read(ctx, name, &m); !there {
		return err
	}
	for _, stream := range m.Streams {
		for _, p := range stream {
			k.object(p.Digest)
		}
	}
	k.parts(m.Provenance)
	return k.records(ctx, m.Actions)
}

func (k *reach) records(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := k.record(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// read reads a sealed record, if it is there.
func (k *reach) read(ctx context.Context, name string, v content) (there bool, err error) {
	text, err := k.store.Record(ctx, name)
	if there, err := readable(err); !there {
		return false, err
	}
	if err := decode(name, text, v); err != nil {
		return false, &CannotTellError{&store.Damaged{Name: name, Text: err.Error()}}
	}
	return true, nil
}

// record adds the record of an action with all earlier attempts: readers stop at the first that is missing.
func (k *reach) record(ctx context.Context, name string) error {
	if !k.name(name) {
		return nil
	}
	if earlier := attemptBefore(name); earlier != "" {
		if err := k.record(ctx, earlier); err != nil {
			return err
		}
	}
	var rec Record
	if there, err := k.read(ctx, name, &rec); !there {
		return err
	}
	for _, parts := range rec.Streams {
		k.parts(parts)
	}
	k.parts(rec.Provenance)
	for _, file := range rec.Pieces.Files {
		k.object(file)
	}
	for _, parts := range rec.Pieces.Sources {
		for _, p := range parts {
			if err := k.source(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// source adds a part that an action worked on. If it is one of rejects, its lines name rows of other parts.
func (k *reach) source(ctx context.Context, digest string) error {
	if !k.object(digest) {
		return nil
	}
	const begin = `{"part":"` // of each line of rejects; what else begins so keeps more than it has to
	name := store.ObjectName(digest)
	data, err := k.store.Bucket().ReadAt(ctx, name, 0, int64(len(begin)))
	if there, err := readable(err); !there || string(data) != begin {
		return err
	}
	data, err = k.store.Get(ctx, digest)
	if there, err := readable(err); !there {
		return err
	}
	for _, line := range jsonl.Rows(data) {
		var r rejected
		if json.Unmarshal(line, &r) != nil {
			continue
		}
		if _, ok := sumOf(r.Part); !ok {
			continue
		}
		if err := k.source(ctx, r.Part); err != nil {
			return err
		}
	}
	return nil
}
