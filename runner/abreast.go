package runner

import (
	"cmp"
	"context"

	"golang.org/x/sync/errgroup"
)

// mostStretch is how many items in a row a goroutine takes at most: most items need only microseconds.
const mostStretch = 64

// abreast calls f with the numbers below n, from so many goroutines at most, and returns the first error.
func abreast(ctx context.Context, workers, n int, f func(ctx context.Context, i int) error) error {
	g, work := errgroup.WithContext(ctx)
	g.SetLimit(max(workers, 1))
	stretch := min(mostStretch, max(1, n/max(workers, 1)))
	for first := 0; first < n && work.Err() == nil; first += stretch {
		g.Go(func() error {
			for i := first; i < min(first+stretch, n); i++ {
				if work.Err() != nil {
					return work.Err()
				}
				if err := f(work, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return cmp.Or(g.Wait(), ctx.Err())
}
