package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A Record is what is known of an action that was executed: the pieces of its key, the parts that it made, and what
// became of each row. It is stored under the key and never changed.
type Record struct {
	Pieces     Pieces                    `json:"pieces"`
	Streams    map[string][]steps.Part   `json:"streams"`
	Lineage    map[string][]string       `json:"lineage,omitempty"`    // per part of rows and rejects: encoded From of each row
	Provenance []steps.Part              `json:"provenance,omitempty"` // per part of rows: JSONL, one line a row
	Out        int                       `json:"out"`
	Dropped    map[string]int            `json:"dropped,omitempty"` // rows by reason
	Failed     map[string]int            `json:"failed,omitempty"`  // rows by reason
	Transient  int                       `json:"transient,omitempty"`
	Figures    map[string]map[string]int `json:"figures,omitempty"`
	Halt       string                    `json:"halt,omitempty"`
	Attempt    int                       `json:"attempt,omitempty"`
	Made       time.Time                 `json:"made"`
	Seconds    float64                   `json:"seconds"`
}

// lean drops the lineage, which grows with the rows. Who follows rows reads the record from the store.
func (r *Record) lean() *Record {
	r.Lineage = nil
	return r
}

// failed tells how many rows failed, for whatever reason.
func (r *Record) failed() int { return sum(r.Failed) }

func sum(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// entries are what a record names.
func (r *Record) entries() []store.Entry {
	var all []store.Entry
	for _, parts := range r.Streams {
		all = append(all, entriesOf(parts)...)
	}
	return append(all, entriesOf(r.Provenance)...)
}

// firstRecords reads the records of the first attempts at tasks, and tells of which of them all that they name is in the
// store. A record that is not there, or damaged, is nil.
func (r *Runner) firstRecords(ctx context.Context, list []*action) (firsts []*Record, whole []bool, err error) {
	firsts, whole = make([]*Record, len(list)), make([]bool, len(list))
	err = abreast(ctx, r.lookups(), len(list), func(ctx context.Context, i int) error {
		rec, err := readSealed[Record](ctx, r.opt.Store, recordName(list[i].task.pieces.Key(), 0))
		if rec != nil {
			firsts[i] = rec.lean()
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var want []store.Entry
	for _, rec := range firsts {
		if rec != nil {
			want = append(want, rec.entries()...)
		}
	}
	missing, err := r.missing(ctx, want)
	for i, rec := range firsts {
		whole[i] = rec != nil && !slices.ContainsFunc(rec.entries(), func(e store.Entry) bool { return missing[e.Name] })
	}
	return firsts, whole, err
}

// newestRecord returns the newest record of a key, given the first, and whether all that it names is in the store. It is
// nil if there is none or if it is damaged: then the action is simply executed again. A record of which rows failed, or
// whose objects are lost, may have a successor.
func (r *Runner) newestRecord(ctx context.Context, key string, first *Record, firstWhole bool) (newest *Record, whole bool, err error) {
	newest, whole = first, firstWhole
	for attempt := 1; newest != nil && !(whole && newest.failed() == 0); attempt++ {
		rec, err := readSealed[Record](ctx, r.opt.Store, recordName(key, attempt))
		if err != nil || rec == nil {
			return newest, whole, err
		}
		newest = rec
		if whole, err = r.present(ctx, rec); err != nil {
			return newest, whole, err
		}
	}
	return newest, whole, nil
}

// saveRecord stores the record of an action and returns the one that holds from now on: the one that was there first,
// unless what that made is lost.
func (r *Runner) saveRecord(ctx context.Context, rec *Record) (*Record, error) {
	key := rec.Pieces.Key()
	for ; ; rec.Attempt++ {
		name := recordName(key, rec.Attempt)
		stored, err := r.opt.Store.PutRecord(ctx, name, steps.Encode(rec))
		if err != nil || stored {
			return rec, err
		}
		first, err := readSealed[Record](ctx, r.opt.Store, name)
		if err == nil && first == nil {
			first, err = rec, r.replaceRecord(ctx, rec)
		}
		if err != nil {
			return rec, err
		}
		if sameParts(first.Streams, rec.Streams) && slices.Equal(first.Provenance, rec.Provenance) {
			return first, nil
		}
		if whole, err := r.present(ctx, first); err != nil || whole && sameParts(first.Streams, rec.Streams) {
			return first, err
		} else if whole && first.failed() == 0 {
			return nil, fmt.Errorf("kind %s gave other output for an action than it did before: a defect of the kind, or its version should be raised", rec.Pieces.Kind)
		}
	}
}

// replaceRecord stores a record in the place of one that is sealed, but no record of this action.
func (r *Runner) replaceRecord(ctx context.Context, rec *Record) error {
	if err := r.opt.Store.Bucket().Delete(ctx, rec.name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err := r.opt.Store.PutRecord(ctx, rec.name(), steps.Encode(rec))
	return err
}

func sameParts(a, b map[string][]steps.Part) bool {
	return maps.EqualFunc(a, b, func(x, y []steps.Part) bool { return slices.Equal(x, y) })
}
