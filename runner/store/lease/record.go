package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"sftrun.local/runner/store"
)

// How long things take. The holder may miss two renewals and an outage of half a minute; after a kill, another may
// take over TTL + Grace after the last renewal.
const (
	TTL    = 60 * time.Second // that a lease is held without being renewed
	Every  = 15 * time.Second // between renewals
	Margin = 10 * time.Second // before the end, in which the holder no longer relies on it
	Grace  = 5 * time.Second  // after the end, for times in whole seconds and services with several clocks
)

// A record is what the object of a lease says.
type record struct {
	Holder  string    `json:"holder"` // random, of one Lease
	Host    string    `json:"host"`
	Process int       `json:"pid"`
	Since   time.Time `json:"since"`   // by the holder's clock, for people
	TTL     float64   `json:"seconds"` // from when the object was written; 0 = released
	Renewed int       `json:"renewed"` // makes each version differ
}

// who is how the holder is shown.
func (r record) who() string {
	return fmt.Sprintf("process %d on %s (since %s)", r.Process, r.Host, r.Since.Local().Format("15:04:05"))
}

func newRecord(holder string) record {
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed machine"
	}
	return record{Holder: holder, Host: host, Process: os.Getpid(), Since: time.Now().Truncate(time.Second), TTL: TTL.Seconds()}
}

// A state is a lease as it was found.
type state struct {
	record
	tag  string
	left time.Duration // until another may take it over
}

func name(lease string) string { return Prefix + lease }

// find reads a lease. One that is not there is like one that was released.
func find(ctx context.Context, b store.Swapper, lease string) (state, error) {
	v, err := b.Load(ctx, name(lease))
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, nil
	}
	if err != nil {
		return state{}, err
	}
	s := state{tag: v.Tag}
	if err := json.Unmarshal(v.Data, &s.record); err != nil {
		return state{}, fmt.Errorf("lease %s: %s is not what was written there; delete it if nothing writes to the store: %w", lease, name(lease), err)
	}
	if v.Now.IsZero() || v.Written.IsZero() {
		return state{}, fmt.Errorf("lease %s: the store does not tell what time it is, so that nobody can know whether %s has run out; use another service, or a folder", lease, name(lease))
	}
	if s.TTL > 0 {
		ends := v.Written.Add(time.Duration(s.TTL*float64(time.Second)) + Grace)
		s.left = max(ends.Sub(v.Now), 0)
	}
	return s, nil
}

// A HeldError says that another process holds the lease.
type HeldError struct {
	ID     string        // of the holder
	Holder string        // who it is, as it said itself
	Left   time.Duration // after which the lease is free unless the holder renews it
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is writing to this store.  Wait for it, or stop it with Ctrl-C where it runs; if it is gone, the store is free again in %d seconds", e.Holder, seconds(e.Left))
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func (s state) held() *HeldError {
	return &HeldError{ID: s.record.Holder, Holder: s.who(), Left: s.left}
}

// Find tells who else than those that are known to have ended holds a lease, nil if nobody does. It writes nothing.
func (s Self) Find(ctx context.Context, b store.Swapper, lease string) (*HeldError, error) {
	found, err := find(ctx, b, lease)
	if err != nil || found.left == 0 || slices.Contains(s.Dead, found.Holder) {
		return nil, err
	}
	return found.held(), nil
}

// Prefix begins the names of the objects that leases are.
const Prefix = "leases/"

// Holder tells whether a process holds the lease, and who it is. It writes nothing.
func Holder(ctx context.Context, b store.Swapper, lease string) (who string, held bool, err error) {
	s, err := find(ctx, b, lease)
	if err != nil || s.left == 0 {
		return "", false, err
	}
	return s.who(), true, nil
}
