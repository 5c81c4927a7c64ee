package ledger

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// What can be read of a damaged book of answers outlives it, what was paid for the rest stays in the sums, refusals and
// forgettings are whole though their bytes are not, and afterwards nothing is said to be lost: here, and with a new
// index.
func TestGivingUpKeepsAllButTheLostBytes(t *testing.T) {
	for what, harm := range map[string]func(*memBucket, string){
		"flipped": func(b *memBucket, name string) { b.damage(name, flip(len(segmentHeader)+frameHead+5)) },
		"emptied": func(b *memBucket, name string) { b.damage(name, func([]byte) []byte { return nil }) },
		"gone":    func(b *memBucket, name string) { delete(b.objects, name) },
	} {
		t.Run(what, func(t *testing.T) {
			bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
			var warnings []error
			l := openLedger(t, bucket, path, &warnings)
			commit(t, l, answer(3, "answer 3"))
			refusal := Record{Key: keyOf(1), Kind: Refused, At: answer(1, "").At, Call: Call{Model: "m"}, Reason: "blocked"}
			forgetting := Record{Key: keyOf(3), Kind: Forgotten, At: answer(3, "").At.Add(time.Second)}
			before := bucket.names()
			commit(t, l, answer(0, "answer 0"), refusal, forgetting, answer(2, "answer 2"))
			name := added(before, bucket.names())
			harm(bucket, name)
			lost, kept := 2, 1
			if what == "flipped" {
				lost = 1
			} else if what == "gone" {
				kept = 0
			}
			giveUp(t, l, name, lost, kept)
			closed(t, l)
			for _, l := range []*Ledger{openLedger(t, bucket, path, nil), openLedger(t, bucket, "", nil)} {
				wantUnknown(t, l, 0)
				wantUnknown(t, l, 3)
				if r, err := l.Lookup(t.Context(), keyOf(1)); err != nil || r.Reason != "blocked" {
					t.Errorf("the refusal: %+v, %v", r, err)
				}
				if lost == 1 {
					wantAnswer(t, l, 2, "answer 2")
				}
				if _, usd, err := l.Spent(t.Context(), "r1"); err != nil || usd != 0.75 {
					t.Errorf("%v USD spent, %v; want all that was paid, 0.75", usd, err)
				}
				if losses, err := l.Lost(t.Context()); err != nil || len(losses) != 0 {
					t.Errorf("still lost: %v, %v", losses, err)
				}
			}
		})
	}
}

// giveUp gives a segment up, and wants to be told how many answers are lost, and how often bytes were kept.
func giveUp(t *testing.T, l *Ledger, name string, lost, kept int) {
	t.Helper()
	keep := func(_ context.Context, of string, data []byte) error {
		if of != name {
			t.Errorf("kept %s, want %s", of, name)
		}
		kept--
		return nil
	}
	losses, err := l.GiveUp(t.Context(), []string{name}, keep)
	if err != nil || len(losses) != 1 || losses[0].Answers != lost || kept != 0 {
		t.Fatalf("lost %+v, %v, kept %d times too few; want %d answers lost", losses, err, kept, lost)
	}
}

// added is the name that came to names.
func added(before, after []string) string {
	return slices.DeleteFunc(after, func(name string) bool { return slices.Contains(before, name) })[0]
}

// A sound book of answers is not given up.
func TestSoundAnswersAreNotGivenUp(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	commit(t, l, answers(0, 3)...)
	losses, err := l.GiveUp(t.Context(), bucket.names(), nil)
	if err != nil || len(losses) != 0 {
		t.Errorf("lost %v, %v; want nothing", losses, err)
	}
	wantAnswer(t, l, 2, "answer 2")
}

// Giving up that is cut short, before the new segment is stored or before the old one is deleted, is done again.
func TestGivingUpIsDoneAgain(t *testing.T) {
	for _, at := range []string{"create", "delete"} {
		bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
		l := openLedger(t, bucket, path, &[]error{})
		commit(t, l, answers(0, 3)...)
		name := bucket.names()[0]
		bucket.damage(name, flip(len(segmentHeader)+frameHead+5))
		broken := errors.New("no")
		bucket.before = func(op, _ string) error {
			if op == at {
				return broken
			}
			return nil
		}
		keep := func(context.Context, string, []byte) error { return nil }
		if _, err := l.GiveUp(t.Context(), []string{name}, keep); !errors.Is(err, broken) {
			t.Fatalf("%s fails: %v", at, err)
		}
		bucket.before = nil
		closed(t, l)
		if _, err := l.GiveUp(t.Context(), []string{name}, keep); err != nil {
			t.Fatal(err)
		}
		wantUnknown(t, l, 0)
		wantAnswer(t, l, 1, "answer 1")
		if _, usd, err := l.Spent(t.Context(), "r1"); err != nil || usd != 0.75 {
			t.Errorf("%s fails: %v USD spent, %v; want 0.75", at, usd, err)
		}
	}
}
