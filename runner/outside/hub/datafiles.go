package hub

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// dataFiles finds the files of a split of a configuration.
func (c *Client) dataFiles(ctx context.Context, a Address, config, split string) ([]entry, error) {
	var files []entry
	if err := c.tree(ctx, a.Repo(), a.Revision, "", func(e entry) {
		if e.Type == "file" {
			files = append(files, e)
		}
	}); err != nil {
		return nil, err
	}
	configs, err := c.card(ctx, a, files)
	if err != nil {
		return nil, err
	}
	splits, err := splitFiles(files, configs, config)
	if err == nil {
		files, err = oneSplit(splits, split)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %w", a.short(), err)
	}
	return files, nil
}

const mostCard = 16 << 20 // bytes of a card

// card reads what the dataset declares: in .huggingface.yaml, which counts first, or in the card itself.
func (c *Client) card(ctx context.Context, a Address, files []entry) ([]declared, error) {
	readers := []struct {
		name string
		read func([]byte) ([]declared, error)
	}{{".huggingface.yaml", readConfigs}, {"README.md", readCard}}
	for _, r := range readers {
		i := slices.IndexFunc(files, func(e entry) bool { return e.Path == r.name })
		if i < 0 {
			continue
		}
		p := place{a.Repo(), a.Revision, r.name}
		text, err := c.whole(ctx, p, files[i])
		if err != nil {
			return nil, err
		}
		configs, err := r.read(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w; name the files behind the address instead", p.short(), err)
		}
		if len(configs) > 0 {
			return configs, nil
		}
	}
	return nil, nil
}

// whole reads a small file.
func (c *Client) whole(ctx context.Context, p place, e entry) ([]byte, error) {
	if e.size() > mostCard {
		return nil, fmt.Errorf("%s: larger than %d MB, which is not read for a card; name the files behind the address instead", p.short(), mostCard>>20)
	}
	r, err := c.Open(ctx, p.String(), e.size(), e.digest())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
}
