package store

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// An Entry is a name in a bucket, and how many bytes lie there.
type Entry struct {
	Name string
	Size int64
}

// A Sizer is a bucket whose listings tell sizes, which in a cloud saves a request for each name.
type Sizer interface {
	// Sizes is like List.
	Sizes(ctx context.Context, prefix string) iter.Seq2[Entry, error]
}

// Entries gives the names of a bucket that begin with prefix, in order, with their sizes. A name that vanishes meanwhile
// is left out.
func Entries(ctx context.Context, b Bucket, prefix string) iter.Seq2[Entry, error] {
	if sizer, ok := b.(Sizer); ok {
		return sizer.Sizes(ctx, prefix)
	}
	return func(yield func(Entry, error) bool) {
		for name, err := range b.List(ctx, prefix) {
			e := Entry{Name: name}
			if err == nil {
				e.Size, err = b.Size(ctx, name)
			}
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

const (
	// few is how many names are looked for one by one: listings would hardly be fewer requests.
	few = 64

	// page is how many names a request for a listing tells of, and worth how many of them must be wanted for the next one
	// to be sent: so many names one by one, side by side, take no longer.
	page, worth = 1000, 8
)

// Missing finds which names are not in the bucket with the size that is wanted; a negative size stands for any. So many
// requests at most are under way at a time. It reads no data. Many names of a bucket whose listings tell sizes are looked
// for in listings, as long as these have enough of them.
func (s *Store) Missing(ctx context.Context, want []Entry, abreast int) (map[string]bool, error) {
	look := &search{bucket: s.bucket, missing: map[string]bool{}}
	sizer, ok := s.bucket.(Sizer)
	if ok && len(want) >= few {
		var err error
		if want, err = look.shelves(ctx, sizer, want, abreast); err != nil {
			return nil, err
		}
	}
	return look.missing, look.each(ctx, want, abreast)
}

type search struct {
	bucket Bucket

	mu      sync.Mutex
	missing map[string]bool
}

func (s *search) found(want Entry, size int64, there bool) {
	if there && (want.Size < 0 || want.Size == size) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missing[want.Name] = true
}

// each looks for names one by one.
func (s *search) each(ctx context.Context, want []Entry, abreast int) error {
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(max(abreast, 1))
	for _, e := range want {
		g.Go(func() error {
			size, err := s.bucket.Size(within, e.Name)
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				s.found(e, size, err == nil)
				return nil
			}
			return err
		})
	}
	return cmp.Or(g.Wait(), ctx.Err())
}

// shelves looks for names in listings. It returns those that it left to be looked for one by one.
func (s *search) shelves(ctx context.Context, sizer Sizer, want []Entry, abreast int) (rest []Entry, err error) {
	want = slices.Clone(want)
	slices.SortFunc(want, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(max(abreast, 1))
	var adding sync.Mutex
	for shelf := range shelvesOf(want) {
		g.Go(func() error {
			left, err := s.list(within, sizer, shelf)
			adding.Lock()
			defer adding.Unlock()
			rest = append(rest, left...)
			return err
		})
	}
	return rest, cmp.Or(g.Wait(), ctx.Err())
}

// A shelf is names that are looked for in one listing, which are in order and begin with prefix.
type shelf struct {
	prefix string
	want   []Entry
}

// shelvesOf gives names by their folder. Very many of one folder are divided by one more letter, to be looked for side by
// side: names that are digests are spread evenly over sixteen of these.
func shelvesOf(want []Entry) iter.Seq[shelf] {
	return func(yield func(shelf) bool) {
		for folder := range cut(want, 0) {
			letters := 0
			if len(folder.want) >= 16*16 {
				letters = 1
			}
			for s := range cut(folder.want, letters) {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// cut divides names, which are in order, by their folder and so many letters more.
func cut(want []Entry, letters int) iter.Seq[shelf] {
	prefix := func(name string) string { return name[:min(strings.Index(name, "/")+1+letters, len(name))] }
	return func(yield func(shelf) bool) {
		for len(want) > 0 {
			s := shelf{prefix: prefix(want[0].Name)}
			n := 1
			for n < len(want) && prefix(want[n].Name) == s.prefix {
				n++
			}
			if s.want, want = want[:n], want[n:]; !yield(s) {
				return
			}
		}
	}
}

// list looks for the names of one shelf in its listing. It returns those that it left to be looked for one by one.
func (s *search) list(ctx context.Context, sizer Sizer, in shelf) (rest []Entry, err error) {
	want := in.want
	if len(want) < worth {
		return want, nil
	}
	seen, useful := 0, 0
	for e, err := range sizer.Sizes(ctx, in.prefix) {
		if err != nil {
			return nil, err
		}
		for len(want) > 0 && want[0].Name < e.Name {
			s.found(want[0], 0, false)
			want = want[1:]
		}
		for len(want) > 0 && want[0].Name == e.Name { // one may be wanted twice
			s.found(want[0], e.Size, true)
			want = want[1:]
			useful++
		}
		if seen++; len(want) == 0 {
			return nil, nil
		}
		if seen%page == 0 {
			if useful < worth {
				return want, nil
			}
			useful = 0
		}
	}
	for _, e := range want {
		s.found(e, 0, false)
	}
	return nil, nil
}
