package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

func TestAStoreThatIsAsItWasWrittenIsSound(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("target: 4", "target: 2")
	s.run("")
	before := s.bucket.(*memory).clone()
	var last runner.Verifying
	found, err := s.of("", s.bucket, ".sftrun").Verify(t.Context(), runner.VerifyOptions{Progress: func(v runner.Verifying) { last = v }})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Damage) > 0 || len(found.Files) > 0 || found.OfFiles != 5 {
		t.Errorf("damage %v, files %v of %d", found.Damage, found.Files, found.OfFiles)
	}
	if last.Count != last.Of || last.Count < 30 || last.Bytes == 0 {
		t.Errorf("progress ended at %+v", last)
	}
	if d := cmp.Diff(before.data, s.bucket.(*memory).data); d != "" {
		t.Errorf("verify changed the store: %s", d)
	}
}

// Whatever single name in the store is damaged or removed: verify names it, discard takes it away with what rests on
// it, an apply makes again what it has to, and then the store is as sound as before and holds the same.
func TestAnyDamageIsFoundAndMendedByDiscardAndApply(t *testing.T) {
	s := newStory(t)
	s.write("data/c.jsonl", "{\"id\":\"none\"}\n") // a row that fails, so that a step has no manifest
	s.run("")
	s.tag("first", 1)
	whole := s.bucket.(*memory).clone()
	for i, name := range slices.Sorted(names(whole)) {
		if testing.Short() && i%5 > 0 {
			continue
		}
		for _, missing := range []bool{false, true} {
			s.bucket = whole.clone()
			what := name + " damaged"
			if missing {
				what = name + " missing"
				s.bucket.Delete(t.Context(), name)
			} else {
				s.bucket.(*memory).harm(name)
			}
			found := s.verify(s.bucket)
			if alone := strings.HasPrefix(name, "steps/") || strings.HasPrefix(name, "tags/"); missing && alone {
				if len(found.Damage) > 0 {
					t.Errorf("%s: %+v, though nothing needs it", what, *found.Damage[0])
				}
				continue
			}
			if i := slices.IndexFunc(found.Damage, func(d *runner.Damage) bool { return d.Name == name }); i < 0 {
				t.Errorf("%s was not found", what)
			} else if d := found.Damage[i]; d.Problem == "" || d.Of == "" {
				t.Errorf("%s: %+v", what, *d)
			}
			r := s.of("", s.bucket, ".sftrun")
			if _, err := r.Discard(t.Context(), found); err != nil {
				t.Errorf("%s: discard: %v", what, err)
			}
			if after := s.verify(s.bucket).Damage; len(after) > 0 {
				t.Errorf("%s: damaged after discard: %+v", what, *after[0])
			}
			s.run("")
			for _, other := range data(whole) {
				if _, err := s.bucket.Size(t.Context(), other); err != nil {
					t.Errorf("%s: after discard and apply: %v", what, err)
				}
			}
			if after := s.verify(s.bucket).Damage; len(after) > 0 {
				t.Errorf("%s: damaged after discard and apply: %+v", what, *after[0])
			}
		}
	}
}

func names(m *memory) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m.List(context.Background(), "") {
			if !yield(name) {
				return
			}
		}
	}
}

// Only the action whose part was damaged is executed again, and the plan says so.
func TestDiscardHasJustTheDamagedPartMadeAgain(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.toys.take()
	// The part that keep made of b.jsonl is the same bytes as that which read made, so both steps are concerned; that of
	// a.jsonl lost two rows and belongs to keep alone.
	digest := store.Digest([]byte(rows(3, 4)))
	s.bucket.(*memory).harm(store.ObjectName(digest))
	found := s.verify(s.bucket)
	if len(found.Damage) != 1 || found.Damage[0].Of != "rows of part 1 of 2 of steps.keep in run 1" || !slices.Equal(found.Damage[0].Runs, []int{1}) {
		t.Fatalf("%+v", found.Damage[0])
	}
	if _, err := s.of("", s.bucket, ".sftrun").Discard(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if got, want := verdicts(s.planned()), "read cached, keep run 1, top wait, ask wait, judge wait"; got != want {
		t.Errorf("plan: %s, want %s", got, want)
	}
	s.run("")
	if d := cmp.Diff(map[string]int{"keep": 1}, s.toys.take()); d != "" {
		t.Errorf("executed: %s", d)
	}
}

// Damage to what only an old run rests on is told once: the run is noted to have lost its data, as nothing makes them
// again.
func TestAnOldRunThatLostDataIsNotToldAgain(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("target: 4", "target: 2")
	s.run("")
	s.bucket.(*memory).harm(store.ObjectName(store.Digest([]byte(rows(7, 6, 5, 4)))))
	found := s.verify(s.bucket)
	if len(found.Damage) != 1 || !slices.Equal(found.Damage[0].Runs, []int{1}) {
		t.Fatalf("%v", found.Damage)
	}
	r := s.of("", s.bucket, ".sftrun")
	if _, err := r.Discard(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if after := s.verify(s.bucket).Damage; len(after) > 0 {
		t.Errorf("%+v", *after[0])
	}
	if got := verdicts(s.planned()); got != allCached {
		t.Errorf("plan: %s", got)
	}
}

// vanishing is a bucket in which a gc runs at the k-th read.
type vanishing struct {
	*memory
	left atomic.Int64
	gc   func()
}

func (b *vanishing) Read(ctx context.Context, name string) ([]byte, error) {
	if b.left.Add(-1) == 0 {
		b.gc()
	}
	return b.memory.Read(ctx, name)
}

// What a gc takes away while verify reads is no damage, whenever that is.
func TestVerifyWhileGCDeletes(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("min: 3", "min: 6")
	s.run("")
	s.opt.Workers = 1
	for k := 1; ; k++ {
		whole := s.bucket.(*memory).clone()
		bucket := &vanishing{memory: whole, gc: func() {
			if err := s.garbage(whole, 1).Remove(t.Context(), nil); err != nil {
				t.Error(err)
			}
		}}
		bucket.left.Store(int64(k))
		if damage := s.verify(bucket).Damage; len(damage) > 0 {
			t.Errorf("gc at read %d: %+v", k, *damage[0])
		}
		if bucket.left.Load() > 0 {
			break
		}
	}
}

func TestVerifyTellsOfAnswersAndOfPublishedFiles(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.bucket.Create(t.Context(), "answers/a", []byte("sound"))
	s.bucket.Create(t.Context(), "answers/b", []byte("torn"))
	s.write(".sftrun/output/top.jsonl", "mine\n")
	os.Remove(filepath.Join(s.dir, ".sftrun/output/ask.jsonl"))
	r := s.of("", s.bucket, ".sftrun")
	found, err := r.Verify(t.Context(), runner.VerifyOptions{AnswersPrefix: "answers/", Answers: func(name string, data []byte) error {
		if string(data) == "torn" {
			return errors.New("1 of its 2 answers can be read")
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Damage) != 1 || found.Damage[0].Name != "answers/b" || !found.Damage[0].Kept {
		t.Errorf("damage %+v", found.Damage)
	}
	want := "[{ .sftrun/output/ask.jsonl missing false} { .sftrun/output/top.jsonl changed by hand false}]"
	if got := fmt.Sprint(found.Files); got != want {
		t.Errorf("files %s, want %s", got, want)
	}
	if gone, err := r.Discard(t.Context(), found); err != nil || len(gone) > 0 {
		t.Errorf("discard took %v away: %v", gone, err)
	}
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	s := newStory(t)
	s.run("")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.of("", s.bucket, ".sftrun").Verify(ctx, runner.VerifyOptions{Progress: func(runner.Verifying) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("verify: %v", err)
	}
}

// Readers come to a later attempt at an action through the earlier ones, so one of these that is missing hides it.
func TestAMissingEarlierAttemptIsDamage(t *testing.T) {
	s := newStory(t)
	s.refuse("r6", "r7")
	s.run("")
	s.refuse("r6")
	s.retry()
	m := s.bucket.(*memory)
	var later string
	for name := range m.List(t.Context(), "actions/") {
		if strings.HasSuffix(name, ".1") {
			later = name
		}
	}
	if later == "" {
		t.Fatal("there is no later attempt")
	}
	earlier := strings.TrimSuffix(later, ".1")
	delete(m.data, earlier)
	found := s.verify(m)
	if len(found.Damage) != 1 || found.Damage[0].Name != earlier || !found.Damage[0].Missing || !strings.HasPrefix(found.Damage[0].Of, "an earlier attempt of part ") || !slices.Contains(found.Damage[0].Runs, 2) {
		t.Fatalf("%+v", found.Damage)
	}
	if gone, err := s.of("", m, ".sftrun").Discard(t.Context(), found); err != nil || !slices.Contains(gone, later) {
		t.Fatalf("discard took %v away: %v", gone, err)
	}
	s.retry()
	if damage := s.verify(m).Damage; len(damage) > 0 {
		t.Errorf("after it was made again: %+v", *damage[0])
	}
}
