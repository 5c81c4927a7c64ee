package runner

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

	"sftrun.local/runner/store"
)

// VerifyOptions say how Verify works.
type VerifyOptions struct {
	// Answers checks what lies under AnswersPrefix: the books of answers, which the runner knows nothing of. It returns
	// an error that says what is lost. nil checks nothing.
	Answers       func(name string, data []byte) error
	AnswersPrefix string
	// GoneAnswers tells of books of answers that are known and not there any more: what is lost with them, by name. nil
	// knows of none.
	GoneAnswers func(ctx context.Context) (map[string]string, error)

	// Progress is told, from several goroutines but one at a time, how much was read. nil tells nobody.
	Progress func(Verifying)
}

// Verifying is how far a verification is.
type Verifying struct {
	Count, Of      int   // names
	Bytes, OfBytes int64 // what lies under them
}

// A Verification is what Verify found.
type Verification struct {
	Checked []Class   `json:"checked"`
	Damage  []*Damage `json:"damage"` // by name
	Files   []Publish `json:"files"`  // published files of this project that are not as they were written
	OfFiles int       `json:"ofFiles"`
}

// Verify reads all that is in the store and compares it with its digests and seals, and looks for whatever a record, a
// manifest, a run or a tag names. It changes nothing, and works while an apply or a gc is under way: what vanishes
// meanwhile, with all that names it, is no damage. It holds a small piece of one object for each worker.
//
// A part that an action worked on is looked for where it was made, and not again where it was used.
func (r *Runner) Verify(ctx context.Context, opt VerifyOptions) (*Verification, error) {
	v := &verification{Runner: r, opt: opt, store: r.opt.Store, damage: map[string]*Damage{}, broken: map[string][]*Damage{}, classes: map[string]*Class{}}
	for _, phase := range []func(context.Context) error{v.measure, v.objects, v.records, v.manifests, v.runs, v.gaps, v.tags, v.removals, v.answers} {
		if err := phase(ctx); err != nil {
			return nil, err
		}
	}
	found := &Verification{Checked: inOrder(v.classes), Damage: []*Damage{}, Files: []Publish{}}
	for _, name := range sortedKeys(v.damage) {
		found.Damage = append(found.Damage, v.damage[name])
	}
	return found, r.verifyFiles(ctx, found)
}

// verification is one call of Verify. Each phase goes through one folder of the bucket.
type verification struct {
	*Runner
	opt   VerifyOptions
	store *store.Store

	mu      sync.Mutex
	at      Verifying
	damage  map[string]*Damage   // by name
	broken  map[string][]*Damage // by name of the record of an action: what is wrong with it
	classes map[string]*Class
}

// folders that are verified, besides that of the answers.
var verified = []string{store.ObjectPrefix, recordPrefix, manifestPrefix, runPrefix, tagPrefix, removedPrefix}

// measure finds out how much there is to read.
func (v *verification) measure(ctx context.Context) error {
	if v.opt.Progress == nil {
		return nil
	}
	for _, prefix := range append(slices.Clone(verified), v.opt.AnswersPrefix) {
		if prefix == "" {
			continue
		}
		for e, err := range store.Entries(ctx, v.store.Bucket(), prefix) {
			if err != nil {
				return err
			}
			v.at.Of++
			v.at.OfBytes += e.Size
		}
	}
	return nil
}

// errForeign says that a name is none that sftrun gives, so that nothing is known of what lies there.
var errForeign = errors.New("not stored by sftrun")

// each calls check with every name under a prefix, several at once. It returns how many bytes it has read; that a name
// has vanished is no error.
func (v *verification) each(ctx context.Context, prefix, class string, check func(ctx context.Context, name string) (int64, error)) error {
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(v.workers())
	err := every(v.store.Bucket().List(within, prefix), func(name string) {
		g.Go(func() error {
			size, err := check(within, name)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errForeign) {
				return nil
			}
			if err == nil {
				v.count(class, size)
			}
			return err
		})
	})
	return cmp.Or(g.Wait(), err, ctx.Err())
}

func every(names iter.Seq2[string, error], f func(name string)) error {
	for name, err := range names {
		if err != nil {
			return err
		}
		f(name)
	}
	return nil
}

func (v *verification) count(class string, size int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.classes[class] == nil {
		v.classes[class] = &Class{Name: class}
	}
	v.classes[class].Count++
	v.classes[class].Bytes += size
	v.at.Count++
	v.at.Bytes += size
	if v.opt.Progress != nil {
		v.opt.Progress(v.at)
	}
}

// objects rehashes all objects.
func (v *verification) objects(ctx context.Context) error {
	return v.each(ctx, store.ObjectPrefix, ObjectClass, func(ctx context.Context, name string) (int64, error) {
		digest, ok := store.ObjectDigest(name)
		if !ok {
			return 0, errForeign
		}
		size, err := v.store.Check(ctx, digest)
		var damaged *store.Damaged
		if errors.As(err, &damaged) {
			v.found(Damage{Name: name, Class: ObjectClass, Problem: "its bytes are not those that were stored"})
			return size, nil
		}
		return size, err
	})
}

// unseal reads a sealed record. A damaged one is noted; sound tells whether v holds it.
func (v *verification) unseal(ctx context.Context, name, class string, decode func(text []byte) error) (size int64, sound bool, err error) {
	text, err := v.store.Record(ctx, name)
	if err == nil {
		if wrong := decode(text); wrong != nil {
			err = &store.Damaged{Name: name, Text: wrong.Error()}
		}
	}
	var damaged *store.Damaged
	if errors.As(err, &damaged) {
		v.found(Damage{Name: name, Class: class, Problem: damaged.Text})
		return 0, false, nil
	}
	return int64(len(text)), err == nil, err
}

// answers has the books of answers checked.
func (v *verification) answers(ctx context.Context) error {
	if v.opt.Answers == nil {
		return nil
	}
	class := strings.TrimSuffix(v.opt.AnswersPrefix, "/")
	if err := v.goneAnswers(ctx, class); err != nil {
		return err
	}
	return v.each(ctx, v.opt.AnswersPrefix, class, func(ctx context.Context, name string) (int64, error) {
		data, err := v.store.Bucket().Read(ctx, name)
		if err != nil {
			return 0, err
		}
		if err := v.opt.Answers(name, data); err != nil {
			v.found(Damage{Name: name, Class: class, Problem: err.Error(), Kept: true})
		}
		return int64(len(data)), nil
	})
}

// goneAnswers notes the books of answers that are not there any more.
func (v *verification) goneAnswers(ctx context.Context, class string) error {
	if v.opt.GoneAnswers == nil {
		return nil
	}
	gone, err := v.opt.GoneAnswers(ctx)
	for _, name := range sortedKeys(gone) {
		v.found(Damage{Name: name, Class: class, Problem: gone[name], Missing: true, Kept: true})
	}
	return err
}
