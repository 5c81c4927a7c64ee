package store_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sftrun.local/runner/store"
)

const racerDir = "SFTRUN_TEST_RACER_DIR"

// A process that races for names, started by TestOneOfManyProcessesWinsAName.
func TestMain(m *testing.M) {
	dir := os.Getenv(racerDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	b := store.NewDir(dir)
	for i := range racedNames {
		err := b.Create(context.Background(), fmt.Sprintf("race/%03d", i), fmt.Appendf(nil, "%d", os.Getpid()))
		switch {
		case err == nil:
			fmt.Println("won", i)
		case !errors.Is(err, fs.ErrExist):
			fmt.Println("failed", err)
		}
	}
}

const racedNames = 50

func TestOneOfManyProcessesWinsAName(t *testing.T) {
	dir := t.TempDir()
	var wins atomic.Int32
	var racers sync.WaitGroup
	for range 8 {
		racers.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), racerDir+"="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil || strings.Contains(string(out), "failed") {
				t.Errorf("racer: %v %s", err, out)
			}
			wins.Add(int32(strings.Count(string(out), "won")))
		})
	}
	racers.Wait()
	if wins.Load() != racedNames {
		t.Errorf("%d winners for %d names", wins.Load(), racedNames)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "tmp", "*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestNamesThatLeaveTheBucketAreRefused(t *testing.T) {
	b := store.NewDir(t.TempDir())
	for _, name := range []string{"../x", "/etc/x", "a/../../x", ""} {
		if err := b.Create(t.Context(), name, nil); err == nil {
			t.Errorf("created %q", name)
		}
	}
}

func TestListGivesNamesInOrderAndNoTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	b := store.NewDir(dir)
	for _, name := range []string{"runs/2", "runs/1", "runs/10", "objects/ab/c", "runsaway/1"} {
		if err := b.Create(t.Context(), name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	killed := filepath.Join(dir, "tmp", "new-killed")
	os.WriteFile(killed, nil, 0o644)
	os.WriteFile(filepath.Join(dir, "tmp", "new-alive"), nil, 0o644)
	os.Chtimes(killed, time.Time{}, time.Now().Add(-2*time.Hour))
	list := func(prefix string) (names []string) {
		for name, err := range b.List(t.Context(), prefix) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return names
	}
	if got, want := list("runs/"), []string{"runs/1", "runs/10", "runs/2"}; !slices.Equal(got, want) {
		t.Errorf("list: %v, want %v", got, want)
	}
	if got, want := list(""), []string{"objects/ab/c", "runs/1", "runs/10", "runs/2", "runsaway/1"}; !slices.Equal(got, want) {
		t.Errorf("list of all: %v, want %v", got, want)
	}
	if got := list("absent/"); got != nil {
		t.Errorf("list of a folder that is not there: %v", got)
	}
	if err := b.Sweep(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "tmp", "*")); len(left) != 1 || filepath.Base(left[0]) != "new-alive" {
		t.Errorf("left after a sweep: %v", left)
	}
}

func TestDamagedObjectsAndRecordsAreNeverTakenForSound(t *testing.T) {
	dir := t.TempDir()
	s := store.New(store.NewDir(dir))
	digest, err := s.Put(t.Context(), []byte("some rows\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutRecord(t.Context(), "actions/k", []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	object := filepath.Join(dir, "objects", digest[:2], digest[2:])
	eachDamage(t, object, func(what string) {
		var damaged *store.Damaged
		if _, err := s.Get(t.Context(), digest); !errors.As(err, &damaged) {
			t.Errorf("object %s: %v", what, err)
		}
	})
	eachDamage(t, filepath.Join(dir, "actions", "k"), func(what string) {
		var damaged *store.Damaged
		if _, err := s.Record(t.Context(), "actions/k"); !errors.As(err, &damaged) {
			t.Errorf("record %s: %v", what, err)
		}
		if stored, err := s.PutRecord(t.Context(), "actions/k", []byte(`{"a":2}`)); !stored || err != nil {
			t.Errorf("record %s was not replaced: %v", what, err)
		}
	})
}

// eachDamage calls check with the file cut at every place, and with every byte changed, and mends it again.
func eachDamage(t *testing.T, path string, check func(what string)) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(data []byte) {
		os.Remove(path)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i := range whole {
		put(whole[:i])
		check(fmt.Sprintf("cut at %d", i))
		flipped := slices.Clone(whole)
		flipped[i] ^= 0x20
		put(flipped)
		check(fmt.Sprintf("flipped at %d", i))
	}
	put(whole)
}

func TestPutReplacesAnObjectOfTheWrongSize(t *testing.T) {
	dir := t.TempDir()
	s := store.New(store.NewDir(dir))
	data := []byte("some rows\n")
	digest, err := s.Put(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "objects", digest[:2], digest[2:])
	os.Remove(path)
	os.WriteFile(path, data[:4], 0o644)
	if _, err := s.Put(t.Context(), data); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), digest); err != nil || string(got) != string(data) {
		t.Errorf("%q, %v", got, err)
	}
}

func BenchmarkPut(b *testing.B) {
	s := store.New(store.NewDir(b.TempDir()))
	data := make([]byte, 8<<20)
	b.SetBytes(int64(len(data)))
	for i := 0; b.Loop(); i++ {
		copy(data, fmt.Sprint(i))
		if _, err := s.Put(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s := store.New(store.NewDir(b.TempDir()))
	data := make([]byte, 8<<20)
	b.SetBytes(int64(len(data)))
	digest, err := s.Put(b.Context(), data)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Get(b.Context(), digest); err != nil {
			b.Fatal(err)
		}
	}
}

// What killed writers have left is removed when it is certain that they are not at work: that of the same writer at once.
func TestSweepTakesWhatNobodyWritesAnyMore(t *testing.T) {
	folder := t.TempDir()
	mine := store.NewDir(folder).WrittenBy("mine")
	if err := mine.Create(t.Context(), "a", nil); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"new-mine-1": 0, "new-theirs-1": 0, "new-theirs-2": 2 * time.Hour} {
		path := filepath.Join(folder, "tmp", name)
		if err := os.WriteFile(path, nil, 0o444); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := mine.Sweep(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "tmp", "*"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != "new-theirs-1" {
		t.Errorf("left: %v, %v", left, err)
	}
}

// BenchmarkPutSmall stores objects of 1 KB, one after the other and from eight goroutines: each costs a few syncs, and
// those of several go to the disk together.
func BenchmarkPutSmall(b *testing.B) {
	for _, side := range []int{1, 8} {
		b.Run(fmt.Sprint("abreast=", side), func(b *testing.B) {
			s := store.New(store.NewDir(b.TempDir()))
			var n atomic.Int64
			abreast(b, side, func() error {
				_, err := s.Put(b.Context(), fmt.Appendf(nil, "%01024d", n.Add(1)))
				return err
			})
		})
	}
}

func BenchmarkGetSmall(b *testing.B) {
	for _, side := range []int{1, 8} {
		b.Run(fmt.Sprint("abreast=", side), func(b *testing.B) {
			s := store.New(store.NewDir(b.TempDir()))
			digest, err := s.Put(b.Context(), fmt.Appendf(nil, "%01024d", 1))
			if err != nil {
				b.Fatal(err)
			}
			abreast(b, side, func() error {
				_, err := s.Get(b.Context(), digest)
				return err
			})
		})
	}
}

// abreast calls f b.N times in all from several goroutines.
func abreast(b *testing.B, side int, f func() error) {
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	for range side {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := f(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "objects/s")
}
