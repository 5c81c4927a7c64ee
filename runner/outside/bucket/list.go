package bucket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sftrun.local/runner"
	"sftrun.local/runner/outside/ranges"
	"sftrun.local/steps"
)

// errAbsent is that of an object that is not there.
var errAbsent = errors.New("there is no such object")

// list finds the objects of an address.
func (s *Source) list(ctx context.Context, a address, cloud service) (runner.Listing, error) {
	find := s.match
	if isFixed(a.path) {
		find = s.one
	}
	found, err := find(ctx, a, cloud)
	if err != nil {
		return runner.Listing{}, err
	}
	base, _ := split(a.path)
	shards := make([]steps.Shard, len(found))
	for i, o := range found {
		shards[i] = steps.Shard{Name: strings.TrimPrefix(o.key, base), Place: a.at(o.key), Size: o.size, Digest: o.digest}
	}
	slices.SortFunc(shards, func(a, b steps.Shard) int { return strings.Compare(a.Name, b.Name) })
	return runner.Listing{Shards: shards}, nil
}

// match finds the objects of a pattern.
func (s *Source) match(ctx context.Context, a address, cloud service) ([]object, error) {
	w := walk{pool: s.pool, cloud: cloud, at: a}
	base, rest := split(a.path)
	if err := w.below(ctx, base, rest); err != nil {
		return nil, err
	}
	if len(w.found) == 0 {
		return nil, fmt.Errorf("no object matches %q; looked in %s/%s", a, a.root(), base)
	}
	return w.found, nil
}

// one finds the object of an address without a pattern. It need not be listed, which takes fewer rights.
func (s *Source) one(ctx context.Context, a address, cloud service) ([]object, error) {
	o, err := s.about(ctx, a, a.path, cloud)
	if !errors.Is(err, errAbsent) {
		return []object{o}, err
	}
	w := walk{pool: s.pool, cloud: cloud, at: a}
	if w.list(ctx, a.path+"/", "**", true) == nil && len(w.found) > 0 {
		return nil, fmt.Errorf("%s is a folder; write %s/*.parquet", a, a)
	}
	return nil, fmt.Errorf("%s: there is no such object; for several, write a pattern: %s/*.parquet", a, a.root())
}

func (s *Source) about(ctx context.Context, a address, key string, cloud service) (o object, err error) {
	err = s.pool.Ask(ctx, a.at(key), func(ctx context.Context) error {
		o, err = cloud.about(ctx, a.bucket, key)
		return err
	})
	return o, err
}

// again looks at a shard that was listed, and makes sure that it is still the same.
func (s *Source) again(ctx context.Context, shard steps.Shard, a address, cloud service) (object, error) {
	o, err := s.about(ctx, a, a.path, cloud)
	if errors.Is(err, errAbsent) {
		return o, fmt.Errorf("%s is gone since it was listed: nothing was made of it.  Run plan to see what is there now", shard.Place)
	}
	if err == nil && (o.digest != shard.Digest || o.size != shard.Size) {
		return o, ranges.Changed(shard.Place)
	}
	return o, err
}
