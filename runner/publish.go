package runner

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// Publish says of a published file what stands in the way of its being current.
type Publish struct {
	Step string `json:"step"`
	File string `json:"file"` // path as the user would write it
	Why  string `json:"why"`  // one of the constants below
}

// What keeps a published file from being current.
const (
	current = ""

	Missing = "missing"
	Older   = "not of this result"
	Edited  = "changed by hand"
)

// publication is what is remembered of a published file, to tell whether it is current and whether somebody changed
// it. Of is the digest of all that its bytes depend on.
type publication struct {
	Of    string `json:"of"`
	Stamp stamp  `json:"stamp"`
}

func (r *Runner) publishedPath() string { return filepath.Join(r.opt.State, "published.json") }

// published loads what is remembered. If it cannot be read, files count as unknown, and are compared by content.
func (r *Runner) published() map[string]publication {
	all := map[string]publication{}
	sealed, err := os.ReadFile(r.publishedPath())
	if err != nil {
		return all
	}
	text, err := store.Unseal(r.publishedPath(), sealed)
	if err != nil || json.Unmarshal(text, &all) != nil {
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

// target is the path of a stage's published file. That of a trial has another name, so that it never takes the place
// of a complete one.
func (r *Runner) target(st *stage) string {
	name := st.node.spec.Publish
	if st.trial || st.behindTrial {
		ext := filepath.Ext(name)
		name = strings.TrimSuffix(name, ext) + ".trial" + ext
	}
	return filepath.Join(r.opt.Output, filepath.FromSlash(name))
}

// publishes tells whether a stage has a file, and whether it has been made.
func publishes(st *stage) bool { return st.node.spec.Publish != "" && st.data != nil }

// planPublish lists the files of cached steps that an apply would write.
func (r *Runner) planPublish(stages []*stage) ([]Publish, error) {
	known := r.published()
	var all []Publish
	for _, st := range stages {
		if !publishes(st) {
			continue
		}
		path := r.target(st)
		state, err := fileState(path, known[r.shown(path)], contentOf(stages, st))
		if err != nil {
			return nil, err
		}
		if state != current {
			all = append(all, Publish{Step: st.node.spec.Name, File: r.shown(path), Why: state})
		}
	}
	return all, nil
}

// fileState compares a published file with what it should be, by what the file system says of it; its bytes are read
// only if that has changed.
func fileState(path string, known publication, of string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, nil
	}
	if err != nil {
		return "", err
	}
	now := stampOf(info)
	now.Digest = known.Stamp.Digest
	if now != known.Stamp {
		digest, err := digestFile(context.Background(), path)
		if err != nil {
			return "", err
		}
		if digest != known.Stamp.Digest {
			return Edited, nil
		}
	}
	if known.Of != of {
		return Older, nil
	}
	return current, nil
}

// contentOf digests all that the bytes of a stage's published file depend on: its parts, and what publication joins
// to their rows from this step and those before it.
func contentOf(stages []*stage, st *stage) string {
	h := sha256.New()
	stream := publishedStream(st)
	fmt.Fprintln(h, "publication", 1, stream)
	for _, p := range st.data.Streams[stream] {
		fmt.Fprintln(h, p.Digest)
	}
	if stream == steps.RowsStream {
		digestMeta(h, stages, st, map[string]bool{})
	}
	return hex.EncodeToString(h.Sum(nil))
}

func digestMeta(h hash.Hash, stages []*stage, st *stage, seen map[string]bool) {
	if seen[st.node.spec.Name] {
		return
	}
	seen[st.node.spec.Name] = true
	fmt.Fprintln(h, st.node.kind.Meta)
	for i, a := range st.actions {
		fmt.Fprintf(h, "%s %s\n", st.data.Actions[i], a.Meta)
	}
	for _, in := range st.node.spec.Inputs {
		digestMeta(h, stages, byName(stages, in.Step), seen)
	}
}

func publishedStream(st *stage) string {
	if s := st.node.kind.Publishes; s != "" {
		return s
	}
	return steps.RowsStream
}

// publish writes the file of a stage, unless it is current. It returns what it did, for the report.
func (r *Runner) publish(ctx context.Context, stages []*stage, st *stage) (wrote bool, err error) {
	path := r.target(st)
	of := contentOf(stages, st)
	known := r.published()[r.shown(path)]
	state, err := fileState(path, known, of)
	if err != nil || state == current {
		return false, err
	}
	digest, err := r.writePublished(ctx, stages, st, path, state == Edited && !r.opt.Force)
	if err != nil {
		return false, fmt.Errorf("publish %s: %w", r.shown(path), err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	now := stampOf(info)
	now.Digest = digest
	return true, r.remember(path, publication{Of: of, Stamp: now})
}

// errEdited is the refusal to overwrite what somebody wrote.
var errEdited = errors.New("it was changed by hand since it was published.  Move it away, or overwrite it with --force")

// writePublished writes the file. With keep it does so only if the bytes would be those that are there.
func (r *Runner) writePublished(ctx context.Context, stages []*stage, st *stage, path string, keep bool) (string, error) {
	if err := store.MakeFolder(filepath.Dir(path)); err != nil {
		return "", err
	}
	var digest string
	err := writeFile(path, func(w writer) error {
		h := sha256.New()
		if err := r.render(ctx, stages, st, io.MultiWriter(w, h)); err != nil {
			return err
		}
		digest = hex.EncodeToString(h.Sum(nil))
		if !keep {
			return nil
		}
		there, err := digestFile(ctx, path)
		if err == nil && there != digest {
			return errEdited
		}
		return err
	})
	return digest, err
}

// render writes the bytes of a published file.
func (r *Runner) render(ctx context.Context, stages []*stage, st *stage, w io.Writer) error {
	buf := bufio.NewWriterSize(w, 1<<20)
	stream := publishedStream(st)
	t := newTracer(ctx, r.opt.Store, stages)
	for i, p := range st.data.Streams[stream] {
		err := ctx.Err()
		switch {
		case err != nil:
		case stream == steps.RowsStream:
			err = t.writeRows(buf, st, i)
		default:
			err = copyObject(ctx, r.opt.Store, p.Digest, buf)
		}
		if err != nil {
			return err
		}
	}
	return buf.Flush()
}

func copyObject(ctx context.Context, s *store.Store, digest string, w io.Writer) error {
	data, err := s.Get(ctx, digest)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// shown is a path as the user would write it: relative to the project where it lies within. So a project may be moved.
func (r *Runner) shown(path string) string {
	if rel, err := filepath.Rel(r.opt.Dir, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}
