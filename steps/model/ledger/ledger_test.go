package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func keyOf(i int) Key { return sha256.Sum256(fmt.Appendf(nil, "question %d", i)) }

func answer(i int, text string) Record {
	return Record{
		Key: keyOf(i), Kind: Answered, At: time.Unix(1700000000, int64(i)), Call: Call{Run: "r1", Step: "transform", Model: "m"},
		Cost: Cost{In: 10, Out: 20, USD: 0.25}, Provenance: []byte(`{"job":""}`), Body: []byte(text),
	}
}

func answers(from, to int) (out []Record) {
	for i := from; i < to; i++ {
		out = append(out, answer(i, fmt.Sprintf("answer %d", i)))
	}
	return out
}

// openLedger returns a ledger that fails the test when it warns, unless warnings are collected.
func openLedger(t testing.TB, b Bucket, path string, warnings *[]error) *Ledger {
	t.Helper()
	l := New(Options{Bucket: b, Path: path, Warn: func(err error) {
		if warnings == nil {
			t.Errorf("warned: %v", err)
			return
		}
		*warnings = append(*warnings, err)
	}})
	t.Cleanup(func() { closed(t, l) })
	return l
}

func closed(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func commit(t testing.TB, l *Ledger, records ...Record) {
	t.Helper()
	if err := l.Commit(t.Context(), records); err != nil {
		t.Fatal(err)
	}
}

func wantAnswer(t testing.TB, l *Ledger, i int, text string) {
	t.Helper()
	r, err := l.Lookup(context.Background(), keyOf(i))
	if err != nil || string(r.Body) != text || string(r.Provenance) != `{"job":""}` {
		t.Fatalf("answer %d: got %q with %q, %v; want %q", i, r.Body, r.Provenance, err, text)
	}
}

func wantUnknown(t testing.TB, l *Ledger, i int) {
	t.Helper()
	if r, err := l.Lookup(context.Background(), keyOf(i)); !errors.Is(err, ErrUnknown) {
		t.Fatalf("question %d: got %q, %v; want ErrUnknown", i, r.Body, err)
	}
}

func TestAnswersAreFoundHereAndOnAnotherMachine(t *testing.T) {
	bucket := newBucket()
	here := openLedger(t, bucket, filepath.Join(t.TempDir(), "ledger.sqlite"), nil)
	commit(t, here, answers(0, 50)...)
	there := openLedger(t, bucket, filepath.Join(t.TempDir(), "ledger.sqlite"), nil)
	for _, l := range []*Ledger{here, there} {
		for i := range 50 {
			wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
		}
		wantUnknown(t, l, 50)
	}
	commit(t, there, answers(50, 51)...)
	wantUnknown(t, here, 50)
	if err := here.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, here, 50, "answer 50")
}

func TestRecordsKeepAllFields(t *testing.T) {
	l := openLedger(t, newBucket(), "", nil)
	want := answer(1, "<&>\n\x00\xff")
	want.Cost = Cost{1, 2, 3, 4, 0.5}
	commit(t, l, want)
	got, err := l.Lookup(t.Context(), want.Key)
	if err != nil || !got.At.Equal(want.At) || got.Call != want.Call || got.Cost != want.Cost || !bytes.Equal(got.Body, want.Body) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestRefusalsSettleUntilForgottenOrAnswered(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	refusal := answer(1, "")
	refusal.Kind, refusal.Reason, refusal.Detail, refusal.Provenance = Refused, "SAFETY", "blocked", nil
	commit(t, l, refusal)
	if r, err := l.Lookup(t.Context(), keyOf(1)); err != nil || r.Kind != Refused || r.Reason != "SAFETY" || r.Detail != "blocked" {
		t.Fatalf("got %+v, %v; want the refusal", r, err)
	}
	if err := l.Forget(t.Context(), []Key{keyOf(1)}); err != nil {
		t.Fatal(err)
	}
	wantUnknown(t, l, 1)
	later := answer(1, "after all")
	later.At = refusal.At.Add(time.Hour)
	commit(t, l, later)
	wantAnswer(t, l, 1, "after all")
	wantAnswer(t, openLedger(t, bucket, "", nil), 1, "after all")
	if _, all, err := l.Spent(t.Context(), "r1"); err != nil || all != 0.5 {
		t.Errorf("spent %v, %v; want 0.5: the refusal was billed too", all, err)
	}
}

func TestEarliestAnswerIsTheAnswerEverywhere(t *testing.T) {
	bucket := newBucket()
	early, late := answer(1, "early"), answer(1, "late")
	late.At = early.At.Add(time.Second)
	a, b := openLedger(t, bucket, "", nil), openLedger(t, bucket, "", nil)
	wantUnknown(t, a, 1)
	wantUnknown(t, b, 1)
	commit(t, a, late)
	wantAnswer(t, a, 1, "late")
	commit(t, b, early)
	if err := errors.Join(a.Refresh(t.Context()), b.Refresh(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Ledger{a, b, openLedger(t, bucket, "", nil)} {
		wantAnswer(t, l, 1, "early")
	}
	if _, all, _ := a.Spent(t.Context(), ""); all != 0.5 {
		t.Errorf("spent %v, want 0.5: both were billed", all)
	}
}

func TestMergingKeepsAllAnswersAndBoundsSegments(t *testing.T) {
	bucket := newBucket()
	l, other := openLedger(t, bucket, "", nil), openLedger(t, bucket, "", nil)
	const n = 600
	for i := range n {
		commit(t, l, answer(i, fmt.Sprintf("answer %d", i)))
		if i == 20 {
			wantAnswer(t, other, 0, "answer 0") // from a segment that will be merged away
		}
	}
	if got := len(bucket.names()); got > 4*mergeCount {
		t.Errorf("%d segments for %d answers, want at most %d", got, n, 4*mergeCount)
	}
	fresh := openLedger(t, bucket, "", nil)
	for i := range n {
		for _, l := range []*Ledger{l, other, fresh} {
			wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
		}
	}
	for _, l := range []*Ledger{l, other, fresh} {
		if _, all, err := l.Spent(t.Context(), ""); err != nil || all != n*0.25 {
			t.Errorf("spent %v, %v; want %v: each answer counts once", all, err, n*0.25)
		}
	}
}

// A kill at any change of the bucket must leave every committed answer, on this machine and on another one.
func TestKillAtEveryStepOfMerging(t *testing.T) {
	type crash struct {
		bucket    *memBucket
		index     []byte
		committed int
	}
	path := filepath.Join(t.TempDir(), "l")
	bucket := newBucket()
	var crashes []crash
	committed := 0
	snapshot := func() {
		index, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		crashes = append(crashes, crash{&memBucket{objects: cloneMap(bucket.objects)}, index, committed})
	}
	bucket.before = func(string, string) error { snapshot(); return nil }
	l := openLedger(t, bucket, path, nil)
	for i := range 2*mergeCount + 3 {
		commit(t, l, answer(i, fmt.Sprintf("answer %d", i)))
		committed = i + 1
		snapshot()
	}
	for i, c := range crashes {
		there := filepath.Join(t.TempDir(), "l")
		if c.index != nil {
			if err := os.WriteFile(there, c.index, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range []*Ledger{openLedger(t, c.bucket, there, nil), openLedger(t, c.bucket, "", nil)} {
			for k := range c.committed {
				wantAnswer(t, l, k, fmt.Sprintf("answer %d", k))
			}
			_, all, err := l.Spent(t.Context(), "")
			if low, high := float64(c.committed)*0.25, float64(c.committed+1)*0.25; err != nil || all < low || all > high {
				t.Fatalf("crash %d: spent %v, %v; want %v to %v", i, all, err, low, high)
			}
			closed(t, l)
		}
	}
}

func cloneMap(m map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func TestFaultsOfTheBucketLoseNothingCommitted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bucket, fault := newBucket(), errors.New("no room")
		l := New(Options{Bucket: bucket})
		defer l.Close()
		bad := rapid.SliceOfN(rapid.IntRange(0, 60), 0, 20).Draw(t, "failing changes")
		ops := 0
		bucket.before = func(string, string) error {
			ops++
			if slices.Contains(bad, ops) {
				return fault
			}
			return nil
		}
		var kept []int
		for i := range 20 {
			err := l.Commit(context.Background(), answers(i, i+1))
			if err == nil {
				kept = append(kept, i)
			} else if !errors.Is(err, fault) {
				t.Fatal(err)
			}
		}
		fresh := New(Options{Bucket: bucket.copy()})
		defer fresh.Close()
		for _, i := range kept {
			for _, l := range []*Ledger{l, fresh} {
				if r, err := l.Lookup(context.Background(), keyOf(i)); err != nil || string(r.Body) != fmt.Sprintf("answer %d", i) {
					t.Fatalf("answer %d: %q, %v", i, r.Body, err)
				}
			}
		}
	})
}

func TestSumsByRunStepAndModel(t *testing.T) {
	l := openLedger(t, newBucket(), "", nil)
	other := answer(3, "c")
	other.Call.Run, other.At = "r2", other.At.Add(time.Hour)
	commit(t, l, answer(1, "a"), answer(2, "b"), other)
	sums, err := l.Sums(t.Context())
	want := []Sum{
		{Call: Call{"r1", "transform", "m"}, Cost: Cost{In: 20, Out: 40, USD: 0.5}, Answered: 2},
		{Call: Call{"r2", "transform", "m"}, Cost: Cost{In: 10, Out: 20, USD: 0.25}, Answered: 1},
	}
	if err != nil || !slices.Equal(sums, want) {
		t.Errorf("got %+v, %v; want %+v", sums, err, want)
	}
	if r, a, err := l.Spent(t.Context(), "r1"); r != 0.5 || a != 0.75 || err != nil {
		t.Errorf("spent %v of %v, %v; want 0.5 of 0.75", r, a, err)
	}
}

func TestParseKey(t *testing.T) {
	good := keyOf(1)
	if k, err := ParseKey(good.String()); k != good || err != nil {
		t.Errorf("got %v, %v", k, err)
	}
	for _, bad := range []string{"", "12", strings.Repeat("g", 64), good.String() + "00", good.String()[:63]} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q was taken for a key", bad)
		}
	}
}
