package store_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync/atomic"
	"testing"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/storetest"
)

// far is a bucket that counts requests: a listing is one for each page of a thousand names.
type far struct {
	storetest.Memory
	sizes, pages atomic.Int64
}

func (f *far) Size(ctx context.Context, name string) (int64, error) {
	f.sizes.Add(1)
	return f.Memory.Size(ctx, name)
}

func (f *far) Sizes(ctx context.Context, prefix string) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		n := 0
		for name, err := range f.List(ctx, prefix) {
			if n++; n%1000 == 1 {
				f.pages.Add(1)
			}
			size, _ := f.Memory.Size(ctx, name)
			if !yield(store.Entry{Name: name, Size: size}, err) {
				return
			}
		}
	}
}

func TestManyNamesAreLookedForInListings(t *testing.T) {
	for _, c := range []struct {
		what             string
		stored, wanted   int // objects
		mostSizes, pages int64
	}{
		{"a few", 1000, 61, 61, 0},
		{"most of what is there", 8000, 7000, 0, 16},
		{"a hundred of five hundred", 500, 100, 0, 1},
		{"a hundredth of what is there", 20000, 200, 200, 2},
		{"a few hundred of very many", 20000, 300, 300, 32},
	} {
		b := &far{}
		var want []store.Entry
		gone := map[string]bool{}
		for i := range c.stored {
			data := fmt.Appendf(nil, "object %d", i)
			e := store.Entry{Name: store.ObjectName(store.Digest(data)), Size: int64(len(data))}
			switch wanted := i < c.wanted; {
			case wanted && i%100 == 7:
				gone[e.Name] = true
			case wanted && i%100 == 8:
				gone[e.Name] = true // it is there, with another size
				data = data[1:]
				fallthrough
			default:
				if err := b.Create(t.Context(), e.Name, data); err != nil {
					t.Fatal(err)
				}
			}
			if i < c.wanted {
				want = append(want, e)
			}
		}
		want = append(want, want[0], store.Entry{Name: want[1].Name, Size: -1})
		b.sizes.Store(0)
		missing, err := store.New(b).Missing(t.Context(), want, 8)
		if err != nil || !maps.Equal(missing, gone) {
			t.Errorf("%s: %d missing, want %d, %v", c.what, len(missing), len(gone), err)
		}
		if b.sizes.Load() > c.mostSizes+2 || b.pages.Load() > c.pages {
			t.Errorf("%s: %d names looked for one by one and %d pages listed, want at most %d and %d", c.what, b.sizes.Load(), b.pages.Load(), c.mostSizes, c.pages)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := store.New(b).Missing(ctx, want, 8); err == nil {
			t.Errorf("%s: no error of a cancelled context", c.what)
		}
	}
}

func TestNamesOfAllSortsAreLookedFor(t *testing.T) {
	b := &far{}
	var want []store.Entry
	for i := range 300 {
		name := []string{"a", "ab/", "objects/0/x", "z/\xc3\xa9"}[i%4] + fmt.Sprint(i)
		if i%2 == 0 {
			b.Create(t.Context(), name, nil)
		}
		want = append(want, store.Entry{Name: name, Size: -1})
	}
	missing, err := store.New(b).Missing(t.Context(), want, 1)
	if err != nil || len(missing) != 150 || slices.ContainsFunc(want, func(e store.Entry) bool {
		_, err := b.Size(t.Context(), e.Name)
		return missing[e.Name] != (err != nil)
	}) {
		t.Errorf("%d missing, want 150, %v", len(missing), err)
	}
}
