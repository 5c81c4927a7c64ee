package storetest

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sftrun.local/runner/store"
)

// TestSwapper checks the promises of store.Swapper. open returns an empty bucket.
func TestSwapper(t *testing.T, open func(t *testing.T) store.Swapper) {
	for name, check := range map[string]func(*testing.T, store.Swapper){
		"a version replaces the one before":   replaces,
		"a version that has moved is kept":    keepsWhatMoved,
		"one of many swappers wins":           oneSwaps,
		"the times are of the bucket's clock": tellsTimes,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

func swap(t *testing.T, b store.Swapper, old, text string) string {
	t.Helper()
	tag, err := b.Swap(t.Context(), "leases/x", old, []byte(text))
	if err != nil || tag == "" {
		t.Fatalf("swap: tag %q, %v", tag, err)
	}
	return tag
}

func load(t *testing.T, b store.Swapper) store.Version {
	t.Helper()
	v, err := b.Load(t.Context(), "leases/x")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func replaces(t *testing.T, b store.Swapper) {
	if _, err := b.Load(t.Context(), "leases/x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("load of nothing: %v", err)
	}
	tag := ""
	for i := range 3 {
		text := fmt.Sprint("version ", i)
		tag = swap(t, b, tag, text)
		if v := load(t, b); string(v.Data) != text || v.Tag != tag {
			t.Errorf("%q with the tag %s, want %q with %s", v.Data, v.Tag, text, tag)
		}
	}
}

func keepsWhatMoved(t *testing.T, b store.Swapper) {
	first := swap(t, b, "", "first")
	swap(t, b, first, "second")
	for _, old := range []string{"", first} {
		if _, err := b.Swap(t.Context(), "leases/x", old, []byte("third")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("swap of %q: %v", old, err)
		}
	}
	if _, err := b.Swap(t.Context(), "leases/none", first, []byte("x")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("swap of what is not there: %v", err)
	}
	if v := load(t, b); string(v.Data) != "second" {
		t.Errorf("it holds %q", v.Data)
	}
}

func oneSwaps(t *testing.T, b store.Swapper) {
	tag := swap(t, b, "", "begin")
	var wins atomic.Int32
	var racers sync.WaitGroup
	for racer := range 8 {
		racers.Go(func() {
			_, err := b.Swap(t.Context(), "leases/x", tag, fmt.Append(nil, "racer ", racer))
			if err == nil {
				wins.Add(1)
			} else if !errors.Is(err, fs.ErrExist) {
				t.Error(err)
			}
		})
	}
	racers.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d winners", wins.Load())
	}
}

func tellsTimes(t *testing.T, b store.Swapper) {
	swap(t, b, "", "x")
	v := load(t, b)
	if age := v.Now.Sub(v.Written); v.Written.IsZero() || age < -time.Second || age > time.Minute {
		t.Errorf("written at %s, read at %s", v.Written, v.Now)
	}
}
