package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// publication is what is remembered of a published file, to tell whether it is current and whether somebody changed
// it. Of is the digest of all that its bytes depend on. While it is written anew, Next says what it is about to be.
type publication struct {
	Of         string `json:"of"`
	Stamp      stamp  `json:"stamp"`
	NextOf     string `json:"nextOf,omitempty"`
	NextDigest string `json:"nextDigest,omitempty"`
}

func (r *Runner) publishedPath() string { return filepath.Join(r.opt.State, "published.json") }

// published loads what is remembered, by the path as shown. If it cannot be read, files count as unknown, and are
// compared by content.
func (r *Runner) published() map[string]publication {
	all := map[string]publication{}
	sealed, err := os.ReadFile(r.publishedPath())
	if err != nil {
		return all
	}
	text, err := store.Unseal(r.publishedPath(), sealed)
	if err != nil || json.Unmarshal(text, &all) != nil || all == nil {
		return map[string]publication{}
	}
	return all
}

func (r *Runner) remember(path string, p publication) error {
	r.publishing.Lock() // steps publish side by side
	defer r.publishing.Unlock()
	all := r.published()
	all[r.shown(path)] = p
	return replaceFile(r.publishedPath(), store.Seal(steps.Encode(all)))
}

// fileState tells how a published file stands, by what the file system says of it; its bytes are read only if that has
// changed. Of is what it should be made of, "" if that is not known yet.
func fileState(ctx context.Context, path string, known publication, of string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, nil
	}
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return "", fmt.Errorf("%s is a folder, where a file is to be published.  Move it away, or publish under another name", path)
	}
	if known == (publication{}) {
		return Foreign, nil
	}
	is := known.Of
	if !known.stands(info) {
		digest, err := digestFile(ctx, path)
		switch {
		case err != nil:
			return "", err
		case digest == known.NextDigest:
			is = known.NextOf
		case digest != known.Stamp.Digest && of != "" && known.Of == of:
			return Kept, nil
		case digest != known.Stamp.Digest:
			return Edited, nil
		}
	}
	if of != "" && is != of {
		return Older, nil
	}
	return current, nil
}

// stands tells, by what the file system says, whether a file is as it was published.
func (p publication) stands(info fs.FileInfo) bool {
	now := stampOf(info)
	now.Digest = p.Stamp.Digest
	return now == p.Stamp
}

func stampFile(path, digest string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	s := stampOf(info)
	s.Digest = digest
	return s, nil
}

// leftovers lists the files in the output folder that were published once and that no step publishes any more.
func (r *Runner) leftovers(stages []*stage) []string {
	mine := map[string]bool{}
	for _, st := range stages {
		mine[r.shown(r.target(st))] = true
	}
	var left []string
	for _, file := range sortedKeys(r.published()) {
		path := r.outside.path(filepath.FromSlash(file))
		if _, err := os.Stat(path); err == nil && !mine[file] && filepath.Dir(path) == filepath.Clean(r.opt.Output) && !strings.Contains(file, ".trial.") {
			left = append(left, file)
		}
	}
	return left
}
