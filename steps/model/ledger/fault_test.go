package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var errFault = errors.New("refused by the bucket")

// faulty is a bucket that cannot read some names, gives names that are not there, and can stop changes.
type faulty struct {
	*memBucket
	unreadable string
	dangling   []string
	lists      int
}

func (b *faulty) Read(ctx context.Context, name string) ([]byte, error) {
	if name == b.unreadable {
		return nil, errFault
	}
	return b.memBucket.Read(ctx, name)
}

func (b *faulty) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	b.lists++
	return func(yield func(string, error) bool) {
		for _, name := range slices.Concat(b.dangling, b.names()) {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

// Merging is housekeeping: answers are kept and found whether it succeeds or not, and it is done when it can be.
func TestCommitSucceedsWhenMergingFails(t *testing.T) {
	for what, c := range map[string]struct {
		harm, mend func(b *faulty)
	}{
		"delete is refused": {
			func(b *faulty) {
				b.before = func(op, _ string) error {
					if op == "delete" {
						return errFault
					}
					return nil
				}
			},
			func(b *faulty) { b.before = nil },
		},
		"a segment cannot be read": {
			func(b *faulty) { b.unreadable = b.names()[0] },
			func(b *faulty) { b.unreadable = "" },
		},
	} {
		t.Run(what, func(t *testing.T) {
			var warnings []error
			b := &faulty{memBucket: newBucket()}
			l := openLedger(t, b, "", &warnings)
			commit(t, l, answers(0, 1)...)
			c.harm(b)
			const n = 4 * mergeCount
			for i := 1; i < n; i++ {
				commit(t, l, answers(i, i+1)...)
			}
			if len(warnings) != 1 || !errors.Is(warnings[0], errFault) || !strings.Contains(warnings[0].Error(), "no answer is lost") {
				t.Errorf("warned %v, want once of the fault", warnings)
			}
			c.mend(b)
			for i := n; i < 2*n; i++ {
				commit(t, l, answers(i, i+1)...)
			}
			if got := len(b.names()); got > 2*mergeCount {
				t.Errorf("%d segments, want them merged after the fault is gone", got)
			}
			for i := range 2 * n {
				wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
			}
		})
	}
}

// While one segment cannot be read, the others are still merged.
func TestOneUnreadableSegmentDoesNotStopMerging(t *testing.T) {
	var warnings []error
	b := &faulty{memBucket: newBucket()}
	l := openLedger(t, b, "", &warnings)
	for i := range 20 * mergeCount {
		commit(t, l, answers(i, i+1)...)
		if i == 0 {
			b.unreadable = b.names()[0]
		}
	}
	if got := len(b.names()); got > 4*mergeCount {
		t.Errorf("%d segments, want at most %d", got, 4*mergeCount)
	}
}

// A name that is listed and not there must neither hang the ledger nor hide the rest.
func TestListedButNotThere(t *testing.T) {
	var warnings []error
	b := &faulty{memBucket: newBucket(), dangling: []string{segmentPrefix + "00"}}
	path := filepath.Join(t.TempDir(), "l")
	for _, readOnly := range []bool{false, true} {
		commit(t, openLedger(t, b.memBucket, "", nil), answers(0, 3)...)
		l := New(Options{Bucket: b, Path: path, ReadOnly: readOnly, Warn: func(err error) { warnings = append(warnings, err) }})
		b.lists = 0
		for i := range 3 {
			wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
		}
		closed(t, l)
		var damage *Damage
		if len(warnings) != 1 || !errors.As(warnings[0], &damage) || damage.Name != b.dangling[0] || b.lists > listings {
			t.Errorf("read-only %v: %d listings, warned %v; want a few, and the name once", readOnly, b.lists, warnings)
		}
		warnings = nil
	}
}

func TestStoredButNotIndexed(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	commit(t, l, answers(0, 1)...)
	if _, err := l.index.db.Exec("CREATE TRIGGER full BEFORE INSERT ON outcomes BEGIN SELECT RAISE(ABORT, 'disk is full'); END"); err != nil {
		t.Fatal(err)
	}
	if err := l.Commit(t.Context(), answers(1, 2)); !errors.Is(err, ErrUnindexed) {
		t.Errorf("got %v, want that the index lacks the answer", err)
	}
	unusable := openLedger(t, bucket, filepath.Join(t.TempDir(), "missing", "l"), nil)
	if err := unusable.Commit(t.Context(), answers(2, 3)); !errors.Is(err, ErrUnindexed) {
		t.Errorf("got %v, want that there is no index", err)
	}
	for i := range 3 {
		wantAnswer(t, openLedger(t, bucket, "", nil), i, fmt.Sprintf("answer %d", i))
	}
}
