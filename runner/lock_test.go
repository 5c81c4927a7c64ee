package runner_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sftrun.local/runner"
)

// To ask who applies takes the lock for an instant. An apply that begins just then is not refused.
func TestAskingWhoAppliesKeepsNobodyFromIt(t *testing.T) {
	state := t.TempDir()
	stop := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					runner.Holder(state)
				}
			}
		})
	}
	for range 300 {
		lock, err := runner.Acquire(state)
		if err != nil {
			t.Error(err)
			break
		}
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	asking.Wait()
}

// Where the note of who it is cannot be written, as on a full disk, the lock holds nevertheless.
func TestLockHoldsWithoutNote(t *testing.T) {
	state := t.TempDir()
	if err := os.Mkdir(filepath.Join(state, "lock.holder"), 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := runner.Acquire(state)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	var locked *runner.LockedError
	if _, err := runner.Acquire(state); !errors.As(err, &locked) || !strings.HasPrefix(err.Error(), "another process is writing") {
		t.Errorf("a second one: %v", err)
	}
	if who, held := runner.Holder(state); !held || who != "" {
		t.Errorf("holder %q, %v", who, held)
	}
}
