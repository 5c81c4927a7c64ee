package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"sftrun.local/steps"
)

// List returns the files that an address at a commit (see Pin) stands for, sorted by name, with their sizes and digests
// as the Hub tells them (see GitDigest); no data is read. With a pattern these are the files that match it, named by
// their path below its fixed part, and split and config do not count. Without one they are the files of a split of a
// configuration, named by their path in the repository: what the dataset's card declares, else what the names say, as
// datasets.load_dataset finds them. Config "" is the default configuration, split "" takes all splits. None found is
// an error.
func (c *Client) List(ctx context.Context, a Address, config, split string) ([]steps.Shard, error) {
	if !a.Pinned() {
		return nil, fmt.Errorf("%s is not pinned to a commit", a)
	}
	if a.Pattern != "" {
		return c.match(ctx, a)
	}
	files, err := c.dataFiles(ctx, a, config, split)
	if err != nil {
		return nil, err
	}
	return shards(a, "", files), nil
}

// match lists the files that fit the address's pattern.
func (c *Client) match(ctx context.Context, a Address) ([]steps.Shard, error) {
	base, rest := doublestar.SplitPattern(a.Pattern)
	if base == "." {
		base = ""
	}
	var files []entry
	isFolder := false
	err := c.tree(ctx, a.Repo(), a.Revision, base, func(e entry) {
		name := below(base, e.Path)
		if fits, _ := doublestar.Match(rest, name); fits && e.Type == "file" {
			files = append(files, e)
		}
		isFolder = isFolder || e.Type == "directory" && e.Path == a.Pattern
	})
	if err != nil && !errors.Is(err, errNoEntry) {
		return nil, err
	}
	if isFolder && len(files) == 0 {
		return nil, fmt.Errorf("%s is a folder; write /** behind it for the files in it", a.short())
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: %w: no file matches.  Look at %s/tree/%s", a.short(), ErrNotFound, c.page(a.Repo()), a.Revision)
	}
	return shards(a, base, files), nil
}

func below(base, p string) string {
	return strings.TrimPrefix(strings.TrimPrefix(p, base), "/")
}

// shards makes shards of files, each once.
func shards(a Address, base string, files []entry) []steps.Shard {
	slices.SortFunc(files, func(a, b entry) int { return strings.Compare(a.Path, b.Path) })
	files = slices.CompactFunc(files, func(a, b entry) bool { return a.Path == b.Path })
	all := make([]steps.Shard, len(files))
	for i, e := range files {
		at := place{a.Repo(), a.Revision, e.Path}
		all[i] = steps.Shard{Name: below(base, e.Path), Place: at.String(), Size: e.size(), Digest: e.digest()}
	}
	return all
}
