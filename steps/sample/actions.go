package sample

import (
	"context"
	"math"
	"slices"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/rank"
)

type step struct{ config config }

// actionConfig is what the rows of one shard depend on, besides its bytes.
type actionConfig struct {
	Name         string `json:"name"` // of the shard, part of the identity of its rows
	RowsPerShard int    `json:"rowsPerShard"`
	Seed         int64  `json:"seed"`
}

// meta is what publication tells with each row.
type meta struct {
	ShardIndex int    `json:"shard_index"` // in the sorted listing of all shards
	ShardFile  string `json:"shard_file"`
	Seed       int64  `json:"seed"`
}

// MaxRows returns the rows of all shards that may be chosen.
func (s *step) MaxRows(int) int {
	if s.config.RowsPerShard > math.MaxInt/s.config.Shards {
		return -1
	}
	return s.config.Shards * s.config.RowsPerShard
}

// Actions makes one action for each chosen shard.
func (s *step) Actions(ctx context.Context, in steps.Inputs) ([]steps.Action, error) {
	all, err := s.list(ctx, in)
	if err != nil {
		return nil, err
	}
	numbers := s.chooseShards(all)
	chosen := make([]steps.Shard, len(numbers))
	for i, n := range numbers {
		chosen[i] = all[n]
	}
	if err := in.Digest(ctx, chosen); err != nil {
		return nil, err
	}
	actions := make([]steps.Action, len(chosen))
	for i, shard := range chosen {
		actions[i] = s.action(shard, numbers[i])
	}
	return actions, nil
}

func (s *step) action(shard steps.Shard, number int) steps.Action {
	return steps.Action{
		Label:  shard.Name,
		Config: steps.Encode(actionConfig{shard.Name, s.config.RowsPerShard, s.config.Seed}),
		Shards: []steps.Shard{shard},
		Meta:   steps.Encode(meta{number, shard.Name, s.config.Seed}),
	}
}

// list returns all shards that the patterns and addresses name, each once, sorted by name; equal names stay in the order
// of those.
func (s *step) list(ctx context.Context, in steps.Inputs) ([]steps.Shard, error) {
	var all []steps.Shard
	listed := map[string]bool{}
	for _, from := range s.config.From {
		found, err := in.Shards(ctx, steps.Wanted{From: from, Config: s.config.Config, Split: s.config.Split})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, steps.Mistake("from", "%v", err)
		}
		for _, shard := range found {
			if !listed[shard.Place] {
				listed[shard.Place] = true
				all = append(all, shard)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b steps.Shard) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// chooseShards returns the numbers of the shards of smallest rank, ascending.
func (s *step) chooseShards(all []steps.Shard) []int {
	smallest := rank.Smallest{K: s.config.Shards}
	for i, shard := range all {
		smallest.Offer(rank.Hash(s.config.Seed, shard.Name), i)
	}
	return smallest.Numbers()
}
