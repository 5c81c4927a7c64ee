package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Options say where a ledger lies and how it may be used.
type Options struct {
	Bucket   Bucket      // holds the segments; must be set
	Path     string      // of the SQLite file, its folder exists; "" keeps the index in memory
	ReadOnly bool        // change no file and create none
	Warn     func(error) // told of damage that the ledger can live with (a *Damage), at most once per object; may be nil
}

// A Ledger is the book. Its methods may be called from several goroutines. It opens its index when first used.
type Ledger struct {
	opt Options

	mu    sync.RWMutex // held for writing while index changes, for reading while it is used
	index *index       // nil until first used; in memory if a read-only ledger finds no usable or no complete file

	committing sync.Mutex // one at a time stores and merges segments
	rest       int        // commits until merging is tried again after it failed; under committing

	warning sync.Mutex
	warned  map[string]bool
}

// New returns a ledger. It touches nothing.
func New(opt Options) *Ledger { return &Ledger{opt: opt, warned: map[string]bool{}} }

// Close closes the index. The ledger opens again when used again.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closeLocked()
}

func (l *Ledger) closeLocked() error {
	err := l.index.close()
	l.index = nil
	return err
}

// with runs f on the index. If the index turns out damaged, with builds it anew and runs f once more.
func (l *Ledger) with(ctx context.Context, f func(*index) error) error {
	broken, err := l.use(ctx, f)
	if !indexDamaged(err) {
		return err
	}
	if err := l.replace(ctx, broken, err); err != nil {
		return err
	}
	_, err = l.use(ctx, f)
	return err
}

func (l *Ledger) use(ctx context.Context, f func(*index) error) (*index, error) {
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.index == nil {
		return nil, errors.New("ledger: it was closed while in use")
	}
	return l.index, f(l.index)
}

func (l *Ledger) open(ctx context.Context) error {
	l.mu.RLock()
	opened := l.index != nil
	l.mu.RUnlock()
	if opened {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index != nil {
		return nil
	}
	return l.openLocked(ctx)
}

func (l *Ledger) openLocked(ctx context.Context) (err error) {
	if l.opt.Bucket == nil {
		return errNoBucket
	}
	if l.index, err = l.openIndex(ctx); err != nil {
		return fmt.Errorf("ledger: open the index %s: %w", l.opt.Path, err)
	}
	if err := l.catchUpLocked(ctx); err != nil {
		return errors.Join(err, l.closeLocked())
	}
	return nil
}

func (l *Ledger) openIndex(ctx context.Context) (*index, error) {
	if l.opt.Path == "" {
		return memoryIndex(ctx)
	}
	if l.opt.ReadOnly {
		return l.openToRead(ctx)
	}
	ix, err := openIndex(ctx, l.opt.Path)
	if !indexDamaged(err) {
		return ix, err
	}
	if err := l.setAside(err); err != nil {
		return nil, err
	}
	return openIndex(ctx, l.opt.Path)
}

// openToRead opens the file without changing it. One that cannot be read that way (missing, damaged, or left by a
// crash before its tables were made or in the middle of a transaction) is replaced by an index in memory.
func (l *Ledger) openToRead(ctx context.Context) (*index, error) {
	if info, err := os.Stat(l.opt.Path); err != nil || info.Size() == 0 {
		return memoryIndex(ctx)
	}
	ix, err := readIndex(ctx, l.opt.Path)
	if err == nil {
		return ix, nil
	}
	if indexDamaged(err) {
		l.warn(l.opt.Path, l.unread(err))
	}
	return memoryIndex(ctx)
}

// unread says of a damaged index that it is not needed to read.
func (l *Ledger) unread(cause error) *Damage {
	return &Damage{Name: l.opt.Path, Text: fmt.Sprintf("%v; no answer is lost: they are found without it for now, and the next apply makes a new one", cause)}
}

// replace puts a new index in place of one that turned out damaged while in use.
func (l *Ledger) replace(ctx context.Context, broken *index, cause error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index != broken {
		return nil // done by someone else meanwhile
	}
	return l.replaceLocked(ctx, cause)
}

func (l *Ledger) replaceLocked(ctx context.Context, cause error) (err error) {
	if err := l.closeLocked(); err != nil {
		return fmt.Errorf("ledger: close the damaged index %s: %w", l.opt.Path, err)
	}
	if l.opt.ReadOnly {
		l.warn(l.opt.Path, l.unread(cause))
		l.index, err = memoryIndex(ctx)
	} else if err = l.setAside(cause); err == nil {
		l.index, err = openIndex(ctx, l.opt.Path)
	}
	if err != nil {
		return err
	}
	return l.takeInLocked(ctx)
}

// setAside renames a damaged index, with the journal that belongs to it.
func (l *Ledger) setAside(cause error) error {
	kept := l.opt.Path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000000000Z")
	if err := os.Rename(l.opt.Path, kept); err != nil {
		return fmt.Errorf("ledger: set the damaged index aside: %w", err)
	}
	if err := os.Rename(l.opt.Path+"-journal", kept+"-journal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ledger: set the journal of the damaged index aside: %w", err)
	}
	l.warn(kept, &Damage{Name: l.opt.Path, Text: fmt.Sprintf("%v; it is kept as %s, and a new index is made from the stored answers", cause, kept)})
	return nil
}

// warn tells of damage to an object, once.
func (l *Ledger) warn(object string, err error) {
	l.warning.Lock()
	defer l.warning.Unlock()
	if l.opt.Warn != nil && !l.warned[object] {
		l.warned[object] = true
		l.opt.Warn(err)
	}
}
