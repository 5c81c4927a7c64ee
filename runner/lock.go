package runner

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"sftrun.local/runner/store"
	"sftrun.local/steps/fault"
)

// A Lock lets one process at a time write to a project. It is a lock of the kernel, which ends with the process that
// holds it, however that ends.
type Lock struct {
	file *flock.Flock
	note string
}

// lockFile, within the state of a project, is the file of its lock.
const lockFile = "lock"

// A LockedError says that another process writes to the project.
type LockedError struct {
	Holder string // who it is, as it said itself; may be empty
}

func (e *LockedError) Error() string {
	who := e.Holder
	if who == "" {
		who = "another process"
	}
	return fmt.Sprintf("%s is writing to this project.  Wait for it, or stop it with Ctrl-C where it runs; plan, status and show work meanwhile", who)
}

// Acquire takes the lock of the project whose state lies in the folder. The error is a *LockedError if another
// process holds it.
func Acquire(state string) (*Lock, error) {
	if err := store.MakeFolder(state); err != nil {
		return nil, err
	}
	l := &Lock{file: flock.New(filepath.Join(state, lockFile)), note: filepath.Join(state, "lock.holder")}
	ok, err := l.try()
	if err != nil {
		return nil, fmt.Errorf("lock the project: %w", err)
	}
	if !ok {
		holder, _ := os.ReadFile(l.note)
		return nil, &LockedError{Holder: strings.TrimSpace(string(holder))}
	}
	fault.Point("lock: taken")
	host, _ := os.Hostname()
	who := fmt.Sprintf("process %d on %s (since %s)\n", os.Getpid(), host, time.Now().Format("15:04"))
	os.WriteFile(l.note, []byte(who), 0o644) // on a full disk the holder stays unnamed, and may make room
	fault.Point("lock: noted")
	return l, nil
}

// try takes the lock. It does not give up at once: whoever asks for the Holder has it for an instant, and one who has
// just taken it may not have said yet who he is.
func (l *Lock) try() (ok bool, err error) {
	for range 20 {
		if ok, err = l.file.TryLock(); ok || err != nil {
			return ok, err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false, nil
}

// Holder tells whether a process writes to the project whose state lies in the folder, and who it is, as it said
// itself. It writes nothing.
func Holder(state string) (who string, held bool) {
	path := filepath.Join(state, lockFile)
	if _, err := os.Stat(path); err != nil {
		return "", false
	}
	probe := flock.New(path, flock.SetFlag(os.O_RDONLY))
	ok, err := probe.TryRLock()
	if ok {
		probe.Unlock()
	}
	if ok || err != nil {
		return "", false
	}
	note, _ := os.ReadFile(filepath.Join(state, "lock.holder"))
	return strings.TrimSpace(string(note)), true
}

// Release gives the lock back.
func (l *Lock) Release() error {
	os.Remove(l.note)
	return l.file.Unlock()
}
