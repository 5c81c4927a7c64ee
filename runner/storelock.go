package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gofrs/flock"

	"sftrun.local/runner/store"
)

// A StoreLock says that a process relies on what lies in a store. Several projects may share one, and what an apply has
// made or found there is named by no run before its end, so an apply holds the lock with others (ShareStore), and who
// deletes holds it alone (OwnStore). It is a lock of the kernel, as Lock is: it ends with the process. Between machines
// it holds as far as the locks of the file system do. Who only reads takes none: what vanishes under a reader is
// missing to it, which it says.
type StoreLock struct {
	file *flock.Flock // nil if nothing is held
	note string
}

// A BusyError says that a store cannot be had, and on whose account.
type BusyError struct {
	Store   string
	Holders []string // who they are, as far as they said so
	Alone   bool     // the store was wanted alone
}

func (e *BusyError) Error() string {
	who := strings.Join(e.Holders, " and ")
	if who == "" {
		who = "another process"
	}
	if e.Alone {
		return fmt.Sprintf("%s is working with the store %s.  Nothing was deleted.  Wait for it, or stop it with Ctrl-C where it runs", who, e.Store)
	}
	return fmt.Sprintf("%s is deleting from the store %s.  Wait for it; plan, status and show work meanwhile", who, e.Store)
}

// ShareStore says that this process works with the store in a folder, on behalf of the project whose state lies in the
// folder state ("" names none). The error is a *BusyError while another process deletes from it. Where locks cannot be
// had, because the file system has none or the folder may not be written to, it goes on without: OwnStore fails there.
func ShareStore(root, state string) (*StoreLock, error) {
	if err := store.MakeFolder(root); err != nil {
		return nil, err
	}
	l := newStoreLock(root)
	ok, err := l.file.TryRLock()
	if lockless(err) {
		return &StoreLock{}, nil
	}
	return l.taken(root, state, ok, err, false)
}

// OwnStore makes sure that no other process works with the store in a folder, until it is released. The error is a
// *BusyError if one does.
func OwnStore(root, state string) (*StoreLock, error) {
	if err := store.MakeFolder(root); err != nil {
		return nil, err
	}
	l := newStoreLock(root)
	ok, err := l.file.TryLock()
	if lockless(err) {
		return nil, fmt.Errorf("lock the store %s: %w.  Without locks nobody can tell whether an apply is working with it, so nothing was deleted", root, plain(err))
	}
	return l.taken(root, state, ok, err, true)
}

func newStoreLock(root string) *StoreLock {
	return &StoreLock{file: flock.New(filepath.Join(root, "lock"), flock.SetPermissions(0o644))}
}

// lockless tells whether an error says that there are no locks to be had.
func lockless(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

func (l *StoreLock) taken(root, state string, ok bool, err error, alone bool) (*StoreLock, error) {
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock the store %s: %w", root, err)
	case !ok:
		return nil, &BusyError{Store: root, Holders: storeHolders(root), Alone: alone}
	case state != "":
		l.note = filepath.Join(root, "tmp", notePrefix+store.Digest([]byte(state))[:16])
		l.write(state)
	}
	return l, nil
}

const notePrefix = "used-by-"

// write notes for which project the lock is held. It serves error texts only, so that it fails is no error.
func (l *StoreLock) write(state string) {
	if store.MakeFolder(filepath.Dir(l.note)) != nil || os.WriteFile(l.note, []byte(state), 0o644) != nil {
		l.note = ""
	}
}

// storeHolders names the processes that hold the lock of a store: those that hold the lock of a project of which it
// was noted that it uses the store. A note that a kill has left names a project that nobody works on.
func storeHolders(root string) []string {
	notes, _ := filepath.Glob(filepath.Join(root, "tmp", notePrefix+"*"))
	var all []string
	for _, note := range notes {
		state, err := os.ReadFile(note)
		if err != nil {
			continue
		}
		if who, held := Holder(string(state)); held && who != "" {
			all = append(all, fmt.Sprintf("%s, project %s,", who, filepath.Dir(string(state))))
		}
	}
	return all
}

// Release gives the lock back.
func (l *StoreLock) Release() error {
	if l.file == nil {
		return nil
	}
	if l.note != "" {
		os.Remove(l.note)
	}
	return l.file.Unlock()
}
