package bucket

import (
	"context"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"sftrun.local/runner/outside/ranges"
)

// walk finds the objects of a pattern in one bucket, asking only for folders that can hold some.
type walk struct {
	pool  *ranges.Pool
	cloud service
	at    address
	found []object
}

// below finds the objects whose keys are a folder, "" or with a "/" at its end, and behind it what the pattern matches.
func (w *walk) below(ctx context.Context, folder, pattern string) error {
	here, rest, deep := first(pattern)
	switch {
	case deep:
		return w.list(ctx, folder, pattern, true)
	case rest == "":
		return w.list(ctx, folder, here, false)
	case isFixed(here):
		return w.below(ctx, folder+here+"/", rest)
	}
	return w.inFolders(ctx, folder, here, rest)
}

// list takes the objects of one folder that match, or deep, of those below it too.
func (w *walk) list(ctx context.Context, folder, pattern string, deep bool) error {
	return w.pages(ctx, folder+head(pattern), deep, func(p page) {
		for _, o := range p.objects {
			name := strings.TrimPrefix(o.key, folder)
			if fits, _ := doublestar.Match(pattern, name); fits && name != "" && !strings.HasSuffix(name, "/") {
				w.found = append(w.found, o)
			}
		}
	})
}

// inFolders goes on in each folder that matches.
func (w *walk) inFolders(ctx context.Context, folder, here, rest string) error {
	var inner []string
	err := w.pages(ctx, folder+head(here), false, func(p page) {
		for _, f := range p.folders {
			name := strings.TrimSuffix(strings.TrimPrefix(f, folder), "/")
			if fits, _ := doublestar.Match(here, name); fits {
				inner = append(inner, f)
			}
		}
	})
	for _, f := range inner {
		if err != nil {
			return err
		}
		err = w.below(ctx, f, rest)
	}
	return err
}

// pages fetches all pages of a listing.
func (w *walk) pages(ctx context.Context, prefix string, deep bool, take func(page)) error {
	for token, more := "", true; more; more = token != "" {
		var p page
		err := w.pool.Ask(ctx, w.at.String(), func(ctx context.Context) (err error) {
			p, err = w.cloud.page(ctx, w.at.bucket, prefix, deep, token)
			return err
		})
		if err != nil {
			return err
		}
		take(p)
		token = p.next
	}
	return nil
}
