package runner_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sftrun.local/runner"
	"sftrun.local/runner/store/lease"
	"sftrun.local/runner/store/storetest"
)

// cloud is a bucket that leases can be taken in.
type cloud struct{ storetest.Memory }

func (c *cloud) String() string { return "s3://traces" }

// lessee on behalf of a project, the folder of whose state is given; "" is one that nobody knows again.
func lessee(t *testing.T, b *cloud, state string) *runner.Lessee {
	t.Helper()
	l, err := runner.NewLessee(b, state)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPipelinesAreAppliedByOneProcessAndDeletedFromByOneAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &cloud{}
		first, err := lessee(t, b, "").Share(t.Context(), "traces")
		if err != nil {
			t.Fatal(err)
		}
		var elsewhere *runner.ElsewhereError
		if _, err := lessee(t, b, "").Share(t.Context(), "traces"); !errors.As(err, &elsewhere) || !strings.Contains(err.Error(), "is applying a pipeline named traces with the store s3://traces") {
			t.Errorf("the same pipeline: %v", err)
		}
		other, err := lessee(t, b, "").Share(t.Context(), "Traces, mine/2")
		if err != nil {
			t.Fatalf("another pipeline: %v", err)
		}
		for name, held := range map[string]bool{"traces": true, "Traces, mine/2": true, "none": false} {
			if who, err := runner.Applying(t.Context(), b, name); (who != "") != held || err != nil {
				t.Errorf("%s is applied by %q, %v", name, who, err)
			}
		}
		var busy *runner.BusyError
		for _, held := range []*lease.Lease{first, other} {
			if _, err := lessee(t, b, "").Own(t.Context()); !errors.As(err, &busy) || !busy.Alone {
				t.Errorf("deleting meanwhile: %v", err)
			}
			runner.GiveBack(t.Context(), held)
		}
		own, err := lessee(t, b, "").Own(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lessee(t, b, "").Own(t.Context()); !errors.As(err, &busy) {
			t.Errorf("deleting twice: %v", err)
		}
		if _, err := lessee(t, b, "").Share(t.Context(), "traces"); !errors.As(err, &busy) || busy.Alone {
			t.Errorf("applying while it is deleted from: %v", err)
		}
		runner.GiveBack(t.Context(), own)
		again, err := lessee(t, b, "").Share(t.Context(), "traces")
		if err != nil {
			t.Fatal(err)
		}
		runner.GiveBack(t.Context(), again)
	})
}

// One process at a time asks. Who waits is told for whom, goes on when the turn is given back, and gives up when it is
// stopped. Whoever has not the turn may not ask.
func TestAskingGoesInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &cloud{}
		one, two := lessee(t, b, ""), lessee(t, b, "")
		if one.MayAsk() == nil {
			t.Error("it may ask before its turn")
		}
		ctx, stop := context.WithCancel(t.Context())
		asking, release, err := one.Turn(func(string) { t.Error("it waits for nobody") })(ctx)
		if err != nil || one.MayAsk() != nil {
			t.Fatalf("%v, %v", err, one.MayAsk())
		}
		stop() // what is paid for is still waited for, so the turn goes on
		time.Sleep(time.Hour)
		if asking.Err() != nil || one.MayAsk() != nil {
			t.Errorf("the turn ended when all was to end: %v, %v", asking.Err(), one.MayAsk())
		}
		hurried, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, _, err := two.Turn(func(string) {})(hurried); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who is stopped waits on: %v", err)
		}
		told := ""
		time.AfterFunc(time.Hour, release)
		began := time.Now()
		_, release, err = two.Turn(func(who string) { told += who })(t.Context())
		if err != nil || !strings.HasPrefix(told, "process ") || time.Since(began) < time.Hour || time.Since(began) > time.Hour+10*time.Second {
			t.Errorf("it waited %s for %q, %v", time.Since(began), told, err)
		}
		if two.MayAsk() != nil || one.MayAsk() == nil {
			t.Errorf("who may ask: %v, %v", one.MayAsk(), two.MayAsk())
		}
		release()
	})
}

// A process was killed. The next of its project has at once what it held, as the lock of the project tells that it has
// ended; one of another project, or of a copy, waits until the lease has run out.
func TestWhatAKilledProcessHeldIsForItsOwnProject(t *testing.T) {
	state, copied := t.TempDir(), t.TempDir()
	lock, err := runner.Acquire(state)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	synctest.Test(t, func(t *testing.T) {
		b := &cloud{}
		killed, kill := context.WithCancel(t.Context())
		dead := lessee(t, b, state)
		if _, err := dead.Share(killed, "traces"); err != nil {
			t.Fatal(err)
		}
		held, err := dead.Ask(killed, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(copied, os.DirFS(state)); err != nil {
			t.Fatal(err)
		}
		var elsewhere *runner.ElsewhereError
		for what, state := range map[string]string{"another": "", "a copy": copied} {
			if _, err := lessee(t, b, state).Share(t.Context(), "traces"); !errors.As(err, &elsewhere) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for range 3 { // killed again and again, before they take the turn
			if _, err := lessee(t, b, state).Share(killed, "traces"); err != nil {
				t.Errorf("the next: %v", err)
			}
		}
		next := lessee(t, b, state)
		shared, err := next.Share(t.Context(), "traces")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		turn, err := next.Ask(t.Context(), nil)
		if err != nil || time.Since(began) > 0 {
			t.Errorf("it waited %s for its turn, %v", time.Since(began), err)
		}
		kill()
		runner.GiveBack(t.Context(), turn)
		runner.GiveBack(t.Context(), shared)
		runner.GiveBack(t.Context(), held)
		time.Sleep(2 * lease.TTL)
	})
	if text, err := os.ReadFile(filepath.Join(state, "leases")); err != nil || strings.Count(string(text), "\n") != 5 {
		t.Errorf("noted: %q, %v", text, err)
	}
}
