package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A world is two machines at one bucket, with clocks that differ.
type world struct {
	*rapid.T
	bucket   *memBucket
	machines [2]*Ledger
	clocks   [2]time.Time
	found    map[string]Record // by machine and question
}

func newWorld(t *rapid.T, folder string) *world {
	w := &world{T: t, bucket: newBucket(), found: map[string]Record{}}
	for m := range w.machines {
		path := filepath.Join(folder, fmt.Sprint("l", m))
		os.Remove(path)
		w.machines[m] = New(Options{Bucket: w.bucket, Path: path, Warn: func(err error) { t.Fatal(err) }})
		w.clocks[m] = time.Now().Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "skew")) * time.Hour)
	}
	return w
}

func (w *world) must(err error) {
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) answer(m, k, step int) {
	w.clocks[m] = w.clocks[m].Add(time.Millisecond)
	r := answer(k, fmt.Sprint("by ", m, " at ", step))
	r.At = w.clocks[m]
	w.must(w.machines[m].Commit(context.Background(), []Record{r}))
}

// look expects that an answer is what it was, or that another machine had an earlier one.
func (w *world) look(m, k int) (known bool) {
	r, err := w.machines[m].Lookup(context.Background(), keyOf(k))
	if err != nil && !errors.Is(err, ErrUnknown) {
		w.Fatal(err)
	}
	id := fmt.Sprint(m, "/", k)
	if before, ok := w.found[id]; ok && (err != nil || r.At.After(before.At) || r.At.Equal(before.At) && string(r.Body) != string(before.Body)) {
		w.Fatalf("machine %d, question %d: %q at %v, %v; it was %q at %v", m, k, r.Body, r.At, err, before.Body, before.At)
	}
	if err == nil {
		w.found[id] = r
	}
	return err == nil
}

// forget expects the answer to be gone, and one that comes afterwards to be found at once.
func (w *world) forget(m, k, step int) {
	w.must(w.machines[m].Forget(context.Background(), []Key{keyOf(k)}))
	delete(w.found, fmt.Sprint(0, "/", k))
	delete(w.found, fmt.Sprint(1, "/", k))
	if w.look(m, k) {
		w.Fatalf("machine %d finds question %d, which it has forgotten", m, k)
	}
	w.answer(m, k, step)
	if !w.look(m, k) {
		w.Fatalf("machine %d does not find the new answer to question %d", m, k)
	}
}

// agree expects all machines, and one that has only the bucket, to find the same.
func (w *world) agree(questions int) {
	ctx, fresh := context.Background(), New(Options{Bucket: w.bucket})
	defer fresh.Close()
	for _, l := range w.machines {
		w.must(l.Refresh(ctx))
	}
	for k := range questions {
		want, failed := fresh.Lookup(ctx, keyOf(k))
		for m, l := range w.machines {
			if r, err := l.Lookup(ctx, keyOf(k)); string(r.Body) != string(want.Body) || !errors.Is(err, failed) {
				w.Fatalf("machine %d, question %d: %q, %v; an index built anew has %q, %v", m, k, r.Body, err, want.Body, failed)
			}
		}
	}
}

// Whatever two machines do, what is found stays, except for an earlier answer or a forgetting; and in the end all
// agree.
func TestFoundOnceFoundForEver(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		const questions = 3
		w := newWorld(t, folder)
		defer func() {
			for _, l := range w.machines {
				l.Close()
			}
		}()
		for step := range rapid.IntRange(1, 12).Draw(t, "steps") {
			m, k := rapid.IntRange(0, 1).Draw(t, "machine"), rapid.IntRange(0, questions-1).Draw(t, "question")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				w.answer(m, k, step)
			case 2:
				w.must(w.machines[m].Refresh(context.Background()))
			case 3:
				w.must(w.machines[m].Close())
			case 4:
				w.forget(m, k, step)
			}
		}
		w.agree(questions)
		for m := range w.machines {
			for k := range questions {
				w.look(m, k)
			}
		}
	})
}

// An index that was killed while it was being built has taken in some segments, in whatever order.
func TestHalfBuiltIndexChoosesTheSame(t *testing.T) {
	bucket := newBucket()
	names := map[string]string{}
	for i, text := range []string{"third", "first", "second"} {
		r := answer(1, text)
		r.At = r.At.Add(time.Duration([]int{3, 1, 2}[i]) * time.Second)
		before := len(bucket.names())
		commit(t, openLedger(t, bucket, "", nil), r)
		if len(bucket.names()) != before+1 {
			t.Fatal("the answers were merged, so this test shows nothing")
		}
		for _, name := range bucket.names() {
			if names[name] == "" {
				names[name] = text
			}
		}
	}
	for taken := range names {
		path := filepath.Join(t.TempDir(), "l")
		half := newBucket()
		half.objects[taken] = bucket.objects[taken]
		killed := openLedger(t, half, path, nil)
		wantAnswer(t, killed, 1, names[taken])
		closed(t, killed)
		wantAnswer(t, openLedger(t, bucket, path, nil), 1, "first")
	}
}

// Two answers of one key and time are two outcomes, and which of them is the answer does not depend on the order.
func TestAnswersOfTheSameInstant(t *testing.T) {
	found := map[string]bool{}
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		l := openLedger(t, newBucket(), "", nil)
		for _, text := range order {
			commit(t, l, answer(1, text))
		}
		r, err := l.Lookup(t.Context(), keyOf(1))
		if err != nil {
			t.Fatal(err)
		}
		found[string(r.Body)] = true
		if _, all, err := l.Spent(t.Context(), ""); err != nil || all != 0.5 {
			t.Errorf("spent %v, %v; want 0.5: both were billed", all, err)
		}
	}
	if len(found) != 1 {
		t.Errorf("found %v, want one answer in either order", found)
	}
}
