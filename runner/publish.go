package runner

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/fault"
)

// Publish says of a published file what is to be known before an apply.
type Publish struct {
	Step string `json:"step,omitempty"`
	File string `json:"file"`          // path as the user would write it
	Why  string `json:"why"`           // one of the constants below
	Cut  bool   `json:"cut,omitempty"` // Kept: what is left is the beginning of what was published
}

// How a published file stands that is not simply current.
const (
	current = ""

	Missing = "missing"                   // an apply writes it
	Older   = "not of this result"        // an apply writes it
	Edited  = "changed by hand"           // an apply would have to write it, and refuses to begin without Force
	Foreign = "not written by sftrun"     // likewise
	Kept    = "changed by hand, and kept" // its result is as it was when it was published: an apply leaves it alone
)

// Blocks tells whether an apply refuses to begin on account of the file.
func (p Publish) Blocks() bool { return p.Why == Edited || p.Why == Foreign }

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

// planPublish tells of the published files that are not as they should be. For a step that has still to be done, only
// what would stop an apply is told.
func (r *Runner) planPublish(ctx context.Context, stages []*stage) ([]Publish, error) {
	known := r.published()
	var all []Publish
	for _, st := range stages {
		if st.node.spec.Publish == "" || st.blocked {
			continue
		}
		path := r.target(st)
		of := ""
		if st.data != nil {
			of = contentOf(stages, st)
		}
		state, err := fileState(ctx, path, known[r.shown(path)], of)
		if err == nil && state == Foreign && st.data != nil {
			state, err = r.compare(ctx, stages, st, path)
		}
		if err != nil {
			return nil, err
		}
		if state == Kept && r.opt.Force {
			state = Edited
		}
		f, err := r.standingOf(ctx, stages, st, state)
		if err != nil {
			return nil, err
		}
		if f.Blocks() || state != current && st.data != nil {
			all = append(all, f)
		}
	}
	return all, nil
}

// standingOf says how the published file of a stage stands.
func (r *Runner) standingOf(ctx context.Context, stages []*stage, st *stage, state string) (Publish, error) {
	f := Publish{Step: st.node.spec.Name, File: r.shown(r.target(st)), Why: state}
	if state != Kept {
		return f, nil
	}
	var err error
	f.Cut, err = r.cutOff(ctx, stages, st)
	return f, err
}

// compare looks at the bytes of a file of which nothing is remembered: if they are those that would be published, it
// is current.
func (r *Runner) compare(ctx context.Context, stages []*stage, st *stage, path string) (string, error) {
	h := sha256.New()
	if err := r.render(ctx, stages, st, h); err != nil {
		return "", err
	}
	there, err := digestFile(ctx, path)
	if err != nil {
		return "", err
	}
	if there == hex.EncodeToString(h.Sum(nil)) {
		return current, nil
	}
	return Foreign, nil
}

// contentOf digests all that the bytes of a stage's published file depend on: its parts, and what publication joins
// to their rows from this step and those before it.
func contentOf(stages []*stage, st *stage) string {
	h := sha256.New()
	stream := publishedStream(st)
	fmt.Fprintln(h, "publication", 2, stream)
	for _, p := range st.data.Streams[stream] {
		fmt.Fprintln(h, p.Digest)
	}
	if stream == steps.RowsStream {
		fmt.Fprintln(h, metaOf(stages, st))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// metaOf digests what publication joins to the rows of a stage. Each stage is digested once, however many steps lie
// behind it. It may be called from several goroutines.
func metaOf(stages []*stage, st *stage) string {
	st.joining.Do(func() {
		h := sha256.New()
		fmt.Fprintln(h, st.node.kind.Meta)
		var line []byte
		for i, a := range st.actions {
			line = append(append(append(append(line[:0], st.data.Actions[i]...), ' '), a.Meta...), '\n')
			h.Write(line)
		}
		for _, in := range st.node.spec.Inputs {
			fmt.Fprintln(h, in.Field, metaOf(stages, byName(stages, in.Step)))
		}
		st.meta = hex.EncodeToString(h.Sum(nil))
	})
	return st.meta
}

func publishedStream(st *stage) string {
	if s := st.node.kind.Publishes; s != "" {
		return s
	}
	return steps.RowsStream
}

// publish writes the file of a stage, unless it is current or is to be left alone. It returns how the file stands then.
func (r *Runner) publish(ctx context.Context, stages []*stage, st *stage) (wrote bool, state string, err error) {
	path := r.target(st)
	known := r.published()[r.shown(path)]
	next := publication{Of: contentOf(stages, st)}
	state, err = fileState(ctx, path, known, next.Of)
	if err == nil && state == Foreign {
		state, err = r.adopt(ctx, stages, st, path, next)
	}
	if err != nil || state == current || state == Kept && !r.opt.Force {
		return false, state, err
	}
	refuse := (Publish{Why: state}).Blocks() && !r.opt.Force
	if next.Stamp, err = r.writePublished(ctx, stages, st, path, known, next.Of, refuse); err != nil {
		return false, state, fmt.Errorf("publish %s: %w", r.shown(path), err)
	}
	fault.Point("publish: written")
	if err = r.remember(path, next); err == nil {
		fault.Point("publish: remembered")
	}
	return true, current, err
}

// adopt remembers a file of which nothing was remembered, if its bytes are those that would be published.
func (r *Runner) adopt(ctx context.Context, stages []*stage, st *stage, path string, next publication) (string, error) {
	state, err := r.compare(ctx, stages, st, path)
	if err != nil || state != current {
		return state, err
	}
	digest, err := digestFile(ctx, path)
	if err != nil {
		return state, err
	}
	if next.Stamp, err = stampFile(path, digest); err != nil {
		return state, err
	}
	return current, r.remember(path, next)
}

// errInTheWay is the refusal to overwrite what somebody else wrote.
var errInTheWay = errors.New("it holds something else than sftrun wrote.  Move it away, or overwrite it with --force")

// writePublished writes the file, and remembers what it is about to be before it is: a kill in between leaves no file
// that sftrun does not know again. With refuse it writes only if the bytes would be those that are there.
func (r *Runner) writePublished(ctx context.Context, stages []*stage, st *stage, path string, known publication, of string, refuse bool) (stamp, error) {
	if err := store.MakeFolder(filepath.Dir(path)); err != nil {
		return stamp{}, err
	}
	digest := ""
	err := writeFile(path, func(w writer) error {
		h := sha256.New()
		if err := r.render(ctx, stages, st, io.MultiWriter(w, h)); err != nil {
			return err
		}
		digest = hex.EncodeToString(h.Sum(nil))
		if refuse {
			if there, err := digestFile(ctx, path); err != nil || there != digest {
				return errors.Join(errInTheWay, err)
			}
		}
		known.NextOf, known.NextDigest = of, digest
		if err := r.remember(path, known); err != nil {
			return err
		}
		fault.Point("publish: next remembered")
		return nil
	})
	if err != nil {
		return stamp{}, err
	}
	return stampFile(path, digest)
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
