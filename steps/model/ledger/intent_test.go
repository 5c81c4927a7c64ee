package ledger

import (
	"path/filepath"
	"testing"
	"time"
)

// intent announces a call some nanoseconds before the outcome that answer makes for question i.
func intent(i int, before time.Duration) Record {
	r := answer(i, "")
	return Record{Key: r.Key, Kind: Intended, At: r.At.Add(-before), Call: r.Call}
}

func settled(i int) Record {
	r := intent(i, 0)
	r.Kind = Settled
	return r
}

func wantDoubts(t *testing.T, l *Ledger, want int) {
	t.Helper()
	if n, err := l.InDoubt(t.Context()); err != nil || n != want {
		t.Errorf("%d in doubt, %v; want %d", n, err, want)
	}
}

func TestIntentsAreInDoubtUntilSettledOrAnswered(t *testing.T) {
	path, bucket := filepath.Join(t.TempDir(), "l"), newBucket()
	l := openLedger(t, bucket, path, nil)
	steps := [][]Record{
		{intent(1, 5), intent(2, 5), intent(3, 5)},
		{answer(1, "x")},
		{settled(2)},
		{answer(3, "y"), intent(4, 0)},
	}
	for i, want := range []int{3, 2, 1, 1} {
		commit(t, l, steps[i]...)
		closed(t, l)
		for _, l := range []*Ledger{l, openLedger(t, bucket, "", nil), reader(t, bucket, path)} {
			wantDoubts(t, l, want)
		}
	}
	wantUnknown(t, l, 2)
	if sums, err := l.Sums(t.Context()); err != nil || len(sums) != 1 || sums[0].Answered != 2 {
		t.Errorf("got %+v, %v; want the two answers alone", sums, err)
	}
}

// An outcome ends the intents before it and no later one: asking again is another call.
func TestIntentsMetInAnyOrder(t *testing.T) {
	for _, order := range [][]Record{
		{intent(1, 5), answer(1, "x"), intent(1, -5)},
		{intent(1, -5), answer(1, "x"), intent(1, 5)},
		{answer(1, "x"), intent(1, 5), intent(1, -5)},
	} {
		l := openLedger(t, newBucket(), "", nil)
		for _, r := range order {
			commit(t, l, r)
		}
		wantDoubts(t, l, 1)
	}
}
