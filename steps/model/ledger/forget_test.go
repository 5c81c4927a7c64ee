package ledger

import (
	"path/filepath"
	"testing"
	"time"
)

func forget(t *testing.T, l *Ledger, questions ...int) {
	t.Helper()
	var keys []Key
	for _, i := range questions {
		keys = append(keys, keyOf(i))
	}
	if err := l.Forget(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
}

func TestForgottenOnEveryMachineUntilAnsweredAgain(t *testing.T) {
	bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
	l, other := openLedger(t, bucket, path, nil), openLedger(t, bucket, "", nil)
	refusal := answer(2, "")
	refusal.Kind, refusal.Reason = Refused, "SAFETY"
	commit(t, l, answer(1, "bad"), refusal, answer(3, "good"))
	wantAnswer(t, other, 1, "bad")
	forget(t, l, 1, 2)
	if err := other.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Ledger{l, other, openLedger(t, bucket, "", nil), reader(t, bucket, path)} {
		wantUnknown(t, l, 1)
		wantUnknown(t, l, 2)
		wantAnswer(t, l, 3, "good")
	}
	commit(t, other, answer(1, "better"), answer(2, "after all")) // by a clock that is years behind
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Ledger{l, other, openLedger(t, bucket, "", nil)} {
		wantAnswer(t, l, 1, "better")
		wantAnswer(t, l, 2, "after all")
		if _, all, err := l.Spent(t.Context(), ""); err != nil || all != 5*0.25 {
			t.Errorf("spent %v, %v; want all five outcomes in the books", all, err)
		}
	}
}

func TestForgettingAnAnswerFromTheFuture(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	r := answer(1, "bad")
	r.At = time.Now().Add(1000 * time.Hour)
	commit(t, l, r)
	forget(t, l, 1)
	wantUnknown(t, l, 1)
	again := answer(1, "better")
	again.At = time.Now()
	commit(t, l, again)
	wantAnswer(t, l, 1, "better")
	wantAnswer(t, openLedger(t, bucket, "", nil), 1, "better")
}

func TestForgettingWhatIsUnknownStoresNothing(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	commit(t, l, answer(1, "bad"))
	forget(t, l, 1)
	before := len(bucket.names())
	forget(t, l, 1, 2)
	forget(t, l)
	if got := len(bucket.names()); got != before {
		t.Errorf("%d objects, want %d as before", got, before)
	}
}

// Merging copies every kind of record.
func TestForgettingsAndIntentsAreMergedToo(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	commit(t, l, answer(1, "bad"))
	forget(t, l, 1)
	commit(t, l, intent(2, 0), intent(3, 0))
	first := bucket.names()
	for i := 10; i < 10+3*mergeCount; i++ {
		commit(t, l, answers(i, i+1)...)
	}
	for _, name := range first {
		if _, ok := bucket.objects[name]; ok {
			t.Fatal("nothing was merged, so this test shows nothing")
		}
	}
	commit(t, l, answer(3, "x"))
	for _, l := range []*Ledger{l, openLedger(t, bucket, "", nil)} {
		wantUnknown(t, l, 1)
		wantDoubts(t, l, 1)
	}
}
