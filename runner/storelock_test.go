package runner_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/runner"
)

// Several work with a store at once; one deletes from it alone.
func TestAStoreIsSharedOrHadAlone(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	state := filepath.Join(t.TempDir(), ".sftrun")
	project, err := runner.Acquire(state)
	if err != nil {
		t.Fatal(err)
	}
	defer project.Release()
	first, second := share(t, root, state), share(t, root, "")
	var busy *runner.BusyError
	if _, err := runner.OwnStore(root, ""); !errors.As(err, &busy) || len(busy.Holders) != 1 || !strings.Contains(err.Error(), filepath.Dir(state)) {
		t.Errorf("had alone though shared: %v", err)
	}
	first.Release()
	if _, err := runner.OwnStore(root, ""); !errors.As(err, &busy) || !strings.HasPrefix(err.Error(), "another process is working with the store") {
		t.Errorf("had alone though shared: %v", err)
	}
	second.Release()
	alone, err := runner.OwnStore(root, state)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runner.ShareStore(root, ""); !errors.As(err, &busy) || !strings.Contains(err.Error(), "is deleting from the store") {
		t.Errorf("shared though had alone: %v", err)
	}
	alone.Release()
	share(t, root, state).Release()
}

func share(t *testing.T, root, state string) *runner.StoreLock {
	t.Helper()
	l, err := runner.ShareStore(root, state)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Where no lock can be had, work goes on as it did before there were any, but nothing is deleted.
func TestAStoreThatCannotBeLockedIsUsedButNotDeletedFrom(t *testing.T) {
	root := t.TempDir()
	if err := os.Chmod(root, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(root, 0o755)
	if os.WriteFile(filepath.Join(root, "probe"), nil, 0o644) == nil {
		t.Skip("this user may write anywhere")
	}
	if err := share(t, root, t.TempDir()).Release(); err != nil {
		t.Error(err)
	}
	if _, err := runner.OwnStore(root, ""); err == nil || !strings.Contains(err.Error(), "so nothing was deleted") {
		t.Errorf("had alone: %v", err)
	}
}
