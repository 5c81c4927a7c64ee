package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sftrun.local/runner/store"
)

// TestBucket checks the promises of store.Bucket. open returns an empty bucket.
func TestBucket(t *testing.T, open func(t *testing.T) store.Bucket) {
	for name, check := range map[string]func(*testing.T, store.Bucket){
		"what was created is read":       readsWhatWasCreated,
		"a name is taken once":           takesANameOnce,
		"one of many racers wins":        oneWins,
		"what is not there":              knowsWhatIsNotThere,
		"a part is read":                 readsParts,
		"names are listed in order":      listsInOrder,
		"a long listing":                 listsThousands,
		"listings tell sizes":            listsSizes,
		"deleted names are gone":         deletes,
		"names that are none":            refusesNames,
		"a cancelled context ends calls": obeysContext,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

func create(t *testing.T, b store.Bucket, name string, data []byte) {
	t.Helper()
	if err := b.Create(t.Context(), name, data); err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
}

// list returns the names with a prefix.
func list(t *testing.T, b store.Bucket, prefix string) (names []string) {
	t.Helper()
	for name, err := range b.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		names = append(names, name)
	}
	return names
}

func readsWhatWasCreated(t *testing.T, b store.Bucket) {
	for i, data := range [][]byte{{}, []byte("x"), []byte("two\nlines\r\n\x00\xff"), bytes.Repeat([]byte("0123456789abcdef"), 1<<16)} {
		name := fmt.Sprintf("objects/%d/of this+kind=%%41 ~,@_.-x", i)
		create(t, b, name, data)
		got, err := b.Read(t.Context(), name)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("read %d bytes of %d: %v", len(got), len(data), err)
		}
		if size, err := b.Size(t.Context(), name); err != nil || size != int64(len(data)) {
			t.Errorf("size %d of %d: %v", size, len(data), err)
		}
	}
}

func takesANameOnce(t *testing.T, b store.Bucket) {
	create(t, b, "a/b", []byte("first"))
	for _, data := range []string{"second", "first", ""} {
		if err := b.Create(t.Context(), "a/b", []byte(data)); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a taken name: %v", err)
		}
	}
	if got, err := b.Read(t.Context(), "a/b"); string(got) != "first" || err != nil {
		t.Errorf("after a refusal it holds %q, %v", got, err)
	}
}

func oneWins(t *testing.T, b store.Bucket) {
	for i := range 5 {
		var wins atomic.Int32
		var winner atomic.Value
		var racers sync.WaitGroup
		for racer := range 8 {
			racers.Go(func() {
				text := fmt.Sprintf("racer %d", racer)
				err := b.Create(t.Context(), fmt.Sprint("race/", i), []byte(text))
				if err == nil {
					wins.Add(1)
					winner.Store(text)
				} else if !errors.Is(err, fs.ErrExist) {
					t.Error(err)
				}
			})
		}
		racers.Wait()
		if got, _ := b.Read(t.Context(), fmt.Sprint("race/", i)); wins.Load() != 1 || string(got) != winner.Load() {
			t.Errorf("%d winners, the name holds %q", wins.Load(), got)
		}
	}
}

func knowsWhatIsNotThere(t *testing.T, b store.Bucket) {
	create(t, b, "there/x", nil)
	for _, name := range []string{"absent", "there/y", "there/xx"} {
		_, read := b.Read(t.Context(), name)
		_, part := b.ReadAt(t.Context(), name, 0, 1)
		_, nothing := b.ReadAt(t.Context(), name, 0, 0)
		_, size := b.Size(t.Context(), name)
		for _, err := range []error{read, part, nothing, size} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func readsParts(t *testing.T, b store.Bucket) {
	create(t, b, "x", []byte("0123456789"))
	create(t, b, "empty", nil)
	for _, c := range []struct {
		name   string
		off, n int64
		want   string
	}{
		{"x", 0, 4, "0123"}, {"x", 3, 4, "3456"}, {"x", 0, 10, "0123456789"}, {"x", 9, 1, "9"},
		{"x", 0, 11, "0123456789"}, {"x", 8, 100, "89"},
		{"x", 10, 1, ""}, {"x", 11, 5, ""}, {"x", 4, 0, ""}, {"x", 100, 0, ""}, {"empty", 0, 1, ""}, {"empty", 0, 0, ""},
	} {
		if got, err := b.ReadAt(t.Context(), c.name, c.off, c.n); string(got) != c.want || err != nil {
			t.Errorf("%d bytes of %s from %d: %q, %v; want %q", c.n, c.name, c.off, got, err, c.want)
		}
	}
	if got, err := b.ReadAt(t.Context(), "x", -1, 2); err == nil {
		t.Errorf("from -1: %q", got)
	}
}

func listsInOrder(t *testing.T, b store.Bucket) {
	for _, name := range []string{"runs/2", "runs/1", "runs/10", "objects/ab/c", "runsaway/1", "objects/ab/C"} {
		create(t, b, name, []byte(name))
	}
	for prefix, want := range map[string]string{
		"":          "objects/ab/C objects/ab/c runs/1 runs/10 runs/2 runsaway/1",
		"runs/":     "runs/1 runs/10 runs/2",
		"runs":      "runs/1 runs/10 runs/2 runsaway/1",
		"runs/1":    "runs/1 runs/10",
		"objects/a": "objects/ab/C objects/ab/c",
		"absent/":   "",
	} {
		if got := strings.Join(list(t, b, prefix), " "); got != want {
			t.Errorf("list %q: %s; want %s", prefix, got, want)
		}
	}
}

func listsThousands(t *testing.T, b store.Bucket) {
	var want []string
	for i := range 2500 {
		want = append(want, fmt.Sprintf("many/%04d", i))
	}
	createAll(t, b, want)
	if got := list(t, b, "many/"); !slices.Equal(got, want) {
		t.Errorf("%d names of %d, or out of order", len(got), len(want))
	}
	for name, err := range b.List(t.Context(), "many/") {
		if name != want[0] || err != nil {
			t.Errorf("the first of the listing is %q, %v", name, err)
		}
		break
	}
}

func listsSizes(t *testing.T, b store.Bucket) {
	for i, name := range []string{"objects/a", "objects/b", "other"} {
		create(t, b, name, make([]byte, 3*i))
	}
	var got []store.Entry
	for e, err := range store.Entries(t.Context(), b, "objects/") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if want := []store.Entry{{Name: "objects/a"}, {Name: "objects/b", Size: 3}}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

// createAll creates empty objects, the last names first, several at a time.
func createAll(t *testing.T, b store.Bucket, names []string) {
	t.Helper()
	jobs := make(chan string)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for name := range jobs {
				if err := b.Create(t.Context(), name, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, name := range slices.Backward(names) {
		jobs <- name
	}
	close(jobs)
	writers.Wait()
}

func deletes(t *testing.T, b store.Bucket) {
	create(t, b, "a/x", []byte("x"))
	create(t, b, "a/y", []byte("y"))
	for range 2 { // the second time it is not there
		if err := b.Delete(t.Context(), "a/x"); err != nil {
			t.Error(err)
		}
	}
	if err := b.Delete(t.Context(), "never/was"); err != nil {
		t.Error(err)
	}
	if got := list(t, b, ""); !slices.Equal(got, []string{"a/y"}) {
		t.Errorf("left: %v", got)
	}
	create(t, b, "a/x", []byte("again"))
}

func refusesNames(t *testing.T, b store.Bucket) {
	for _, name := range []string{"", "../x", "/etc/x", "a/../../x"} {
		if err := b.Create(t.Context(), name, nil); err == nil {
			t.Errorf("created %q", name)
		}
		if _, err := b.Read(t.Context(), name); err == nil {
			t.Errorf("read %q", name)
		}
		if err := b.Delete(t.Context(), name); err == nil {
			t.Errorf("deleted %q", name)
		}
	}
}

func obeysContext(t *testing.T, b store.Bucket) {
	create(t, b, "x", []byte("x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Create(ctx, "y", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("create: %v", err)
	}
	if _, err := b.Read(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	for _, err := range b.List(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("list: %v", err)
		}
	}
	if got := list(t, b, ""); !slices.Equal(got, []string{"x"}) {
		t.Errorf("left: %v", got)
	}
}
