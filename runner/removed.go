package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A Removal says that what a run rested on, or some of it, was taken out of the store on purpose. The record of the
// run stays: what it did, and what it cost. It is stored before anything is removed.
type Removal struct {
	Run int       `json:"run"`
	By  string    `json:"by"` // one of the constants below
	At  time.Time `json:"at"`
}

// Who removes data of runs.
const (
	RemovedByGC     = "gc"     // nothing that is kept rested on them
	RemovedByVerify = "verify" // they were damaged
)

const removedPrefix = "removed/"

func removalName(run int) string { return fmt.Sprintf("%s%08d", removedPrefix, run) }

// removal of the data of a run; nil if there was none.
func removal(ctx context.Context, s *store.Store, run int) (*Removal, error) {
	return readSealed[Removal](ctx, s, removalName(run))
}

func noteRemoval(ctx context.Context, s *store.Store, run int, by string) error {
	_, err := s.PutRecord(ctx, removalName(run), steps.Encode(Removal{Run: run, By: by, At: time.Now().UTC()}))
	return err
}

// CheckData makes sure that the data of a run are in the store: the evaluated pipeline, and what each of its steps
// rested on. Otherwise the error says that they are gone, and if it is known who removed them and when.
func (r *Runner) CheckData(ctx context.Context, run *RunRecord) error {
	for _, digest := range run.objects() {
		if err := r.checkName(ctx, run, store.ObjectName(digest)); err != nil {
			return err
		}
	}
	return nil
}

// checkRecords makes sure that the records are there of all that the steps of a run did. A gc deletes them before it
// deletes what CheckData looks for, so where one was killed that alone may find nothing amiss.
func (r *Runner) checkRecords(ctx context.Context, run *RunRecord) error {
	for i := range run.Steps {
		d := r.detail(ctx, &run.Steps[i])
		if d == nil {
			continue
		}
		for _, record := range d.Actions {
			if err := r.checkName(ctx, run, record); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// checkName makes sure that something which a run rests on is there.
func (r *Runner) checkName(ctx context.Context, run *RunRecord, name string) error {
	_, err := r.opt.Store.Bucket().Size(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return r.goneData(ctx, run)
	}
	return err
}

func (r *Runner) goneData(ctx context.Context, run *RunRecord) error {
	by, err := removal(ctx, r.opt.Store, run.Number)
	switch {
	case err != nil:
		return err
	case by == nil:
		return fmt.Errorf("run %d: its data are missing from the store.  sftrun verify says more", run.Number)
	}
	return fmt.Errorf("run %d: its data were removed by sftrun %s on %s; what it did and cost is in sftrun status -v", run.Number, by.By, by.At.Local().Format("2 Jan 2006"))
}

// objects lists the digests of the objects that the record of a run names.
func (run *RunRecord) objects() []string {
	var all []string
	if run.Digest != "" {
		all = append(all, run.Digest)
	}
	for _, s := range run.Steps {
		if s.Detail != "" {
			all = append(all, s.Detail)
		}
	}
	return all
}

// lastRemoved is the highest number of a run that lost data. The record of the run itself may be gone, if it was
// damaged, and its number must not be given again.
func lastRemoved(ctx context.Context, s *store.Store) (last int, err error) {
	for name, err := range s.Bucket().List(ctx, removedPrefix) {
		if err != nil {
			return 0, err
		}
		n, _ := strconv.Atoi(strings.TrimPrefix(name, removedPrefix))
		last = max(last, n)
	}
	return last, nil
}

// lost tells whether something that the last run rested on is gone from the store and this one can put it back: then
// the run is recorded though nothing was done.
func (a *apply) lost(ctx context.Context) bool {
	gone := func(digest string) bool {
		if digest == "" {
			return false
		}
		_, err := a.Runner.opt.Store.Bucket().Size(ctx, store.ObjectName(digest))
		return errors.Is(err, fs.ErrNotExist)
	}
	return gone(a.since.run.Digest) || slices.ContainsFunc(a.stages, func(st *stage) bool {
		was := a.since.step(st.node.spec.Name)
		return a.states[st].ended && !st.trial && !st.behindTrial && was != nil && gone(was.Detail)
	})
}
