package lease_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/blob"
	"sftrun.local/runner/store/blob/blobtest"
	"sftrun.local/runner/store/lease"
	"sftrun.local/runner/store/storetest"
)

const holderStore = "SFTRUN_TEST_HOLDER_STORE"

// A process that takes the lease, says so, and holds it until its input ends or it is killed.
func TestMain(m *testing.M) {
	address := os.Getenv(holderStore)
	if address == "" {
		goleak.VerifyTestMain(m)
		return
	}
	b, err := blob.Open(context.Background(), address, blob.Options{})
	if err == nil {
		_, err = lease.Acquire(context.Background(), b, "apply")
	}
	if err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
}

// network is a bucket in memory that can be cut off, or carry out a swap and not say so.
type network struct {
	storetest.Memory
	down, mute atomic.Bool
}

func (n *network) Swap(ctx context.Context, name, old string, data []byte) (string, error) {
	if n.down.Load() {
		time.Sleep(3 * time.Second)
		return "", errors.New("no route to host")
	}
	tag, err := n.Memory.Swap(ctx, name, old, data)
	if err == nil && n.mute.Swap(false) {
		return "", errors.New("connection reset by peer")
	}
	return tag, err
}

func acquire(t *testing.T, b store.Swapper) *lease.Lease {
	t.Helper()
	l, err := lease.Acquire(t.Context(), b, "apply")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func release(t *testing.T, l *lease.Lease) {
	t.Helper()
	if err := l.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if l.Context().Err() == nil || l.Check() == nil {
		t.Error("it is still held after its release")
	}
}

// heldFor returns how long a lease is not to be had.
func heldFor(t *testing.T, b store.Swapper) time.Duration {
	t.Helper()
	l, err := lease.Acquire(t.Context(), b, "apply")
	if err == nil {
		release(t, l)
		return 0
	}
	var held *lease.HeldError
	if !errors.As(err, &held) {
		t.Fatal(err)
	}
	return held.Left
}

func TestALeaseIsHeldUntilItIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &network{}
		l := acquire(t, b)
		begin := time.Now().Local().Format("15:04:05")
		time.Sleep(24 * time.Hour)
		if left := heldFor(t, b); left < lease.TTL-lease.Every || l.Check() != nil || l.Context().Err() != nil {
			t.Errorf("after a day it has %s left, %v", left, l.Check())
		}
		who, held, err := lease.Holder(t.Context(), b, "apply")
		host, _ := os.Hostname()
		if want := fmt.Sprintf("process %d on %s (since %s)", os.Getpid(), host, begin); who != want || !held || err != nil {
			t.Errorf("%s, %v, %v; want %s", who, held, err, want)
		}
		release(t, l)
		if who, held, err := lease.Holder(t.Context(), b, "apply"); held || err != nil {
			t.Errorf("after the release %q holds it, %v", who, err)
		}
		release(t, acquire(t, b))
	})
}

func TestAHolderThatCannotRenewStopsBeforeAnotherMayHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &network{}
		l, begin := acquire(t, b), time.Now()
		time.Sleep(16 * time.Second) // it was renewed once, at 15 or 16 seconds
		b.down.Store(true)
		<-l.Context().Done()
		var lost *lease.LostError
		if err := l.Check(); !errors.As(err, &lost) || !strings.Contains(err.Error(), "last renewed at ") || !strings.Contains(err.Error(), "no route to host") {
			t.Error(err)
		}
		if passed := time.Since(begin); passed < 60*time.Second || passed > 68*time.Second {
			t.Errorf("it was given up after %s", passed)
		}
		b.down.Store(false)
		left := heldFor(t, b)
		if left < 10*time.Second {
			t.Errorf("another may hold it %s after it was given up", left)
		}
		time.Sleep(left - time.Second)
		if heldFor(t, b) == 0 {
			t.Error("another holds it too early")
		}
		time.Sleep(time.Second)
		other := acquire(t, b)
		release(t, l)
		if err := other.Check(); err != nil {
			t.Errorf("the release of a lost lease took it from another: %v", err)
		}
		release(t, other)
	})
}

func TestAShortOutageIsNotNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &network{}
		l := acquire(t, b)
		for range 20 {
			b.down.Store(true)
			time.Sleep(30 * time.Second)
			b.down.Store(false)
			time.Sleep(5 * time.Second)
			b.mute.Store(true)
			time.Sleep(20 * time.Second)
		}
		if err := l.Check(); err != nil {
			t.Error(err)
		}
		release(t, l)
	})
}

func TestOneThatWasTakenOverIsLostAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &network{}
		l := acquire(t, b)
		v, err := b.Load(t.Context(), "leases/apply")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Swap(t.Context(), "leases/apply", v.Tag, []byte(`{"holder":"another","seconds":60}`)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lease.Every + 2*time.Second)
		if err := l.Check(); err == nil || !strings.Contains(err.Error(), "another process has taken it over") {
			t.Error(err)
		}
		release(t, l)
	})
}

func TestALeaseEndsWithTheContextItWasTakenUnder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &network{}
		ctx, cancel := context.WithCancel(t.Context())
		l, err := lease.Acquire(ctx, b, "apply")
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		release(t, l)
		if left := heldFor(t, b); left > 0 {
			t.Errorf("after a release it is held for %s", left)
		}
	})
}

func TestALeaseThatIsNoneIsNotTakenOver(t *testing.T) {
	b := &network{}
	if err := b.Create(t.Context(), "leases/apply", []byte("junk")); err != nil {
		t.Fatal(err)
	}
	if _, err := lease.Acquire(t.Context(), b, "apply"); err == nil || !strings.Contains(err.Error(), "leases/apply is not what was written there; delete it") {
		t.Error(err)
	}
}

// A service whose clock the test sets, and the address of a bucket there.
func service(t *testing.T) (clock *atomic.Int64, address string) {
	t.Helper()
	clock = &atomic.Int64{}
	s := &blobtest.S3{}
	s.Bucket = "traces"
	s.Now = func() time.Time { return time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(clock.Load())) }
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": blobtest.Key, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_REGION": "us-east-1",
	} {
		t.Setenv(name, value)
	}
	return clock, "s3://traces?endpoint=" + server.URL
}

func holder(address string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderStore+"="+address)
	return cmd
}

func TestTheLeaseOfAKilledProcessIsFreeAfterTheStatedTime(t *testing.T) {
	clock, address := service(t)
	victim := holder(address)
	in, err := victim.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatal(line)
	}
	b, err := blob.Open(t.Context(), address, blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	_, err = lease.Acquire(t.Context(), b, "apply")
	if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("process %d on ", victim.Process.Pid)) || !strings.HasSuffix(err.Error(), "if it is gone, the store is free again in 65 seconds") {
		t.Error(err)
	}
	victim.Process.Kill()
	victim.Wait()
	clock.Store(int64(lease.TTL + lease.Grace - time.Second))
	if left := heldFor(t, b); left != time.Second {
		t.Errorf("a second before the end %s is left", left)
	}
	clock.Store(int64(lease.TTL + lease.Grace))
	release(t, acquire(t, b))
}

func TestOneOfManyProcessesGetsTheLease(t *testing.T) {
	_, address := service(t)
	var held, refused atomic.Int32
	var racers sync.WaitGroup
	for range 16 {
		racers.Go(func() {
			out, err := holder(address).CombinedOutput()
			held.Add(int32(strings.Count(string(out), "held\n")))
			refused.Add(int32(strings.Count(string(out), "refused: process ")))
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	racers.Wait()
	if held.Load() != 1 || refused.Load() != 15 {
		t.Errorf("%d hold the lease, %d were refused", held.Load(), refused.Load())
	}
}

// Who knows that the holder has ended need not wait for its lease to run out; who does not has to.
func TestWhatADeadProcessHeldIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &network{}
		first, err := lease.Self{ID: "first"}.Acquire(t.Context(), b, "apply")
		if err != nil {
			t.Fatal(err)
		}
		if left := heldFor(t, b); left == 0 {
			t.Error("another process took it")
		}
		if found, err := (lease.Self{Dead: []string{"first"}}).Find(t.Context(), b, "apply"); found != nil || err != nil {
			t.Errorf("it is said to be held by %v, %v", found, err)
		}
		next, err := lease.Self{ID: "next", Dead: []string{"other", "first"}}.Acquire(t.Context(), b, "apply")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if first.Check() == nil || next.Check() != nil {
			t.Errorf("the first holds it: %v, the next: %v", first.Check(), next.Check())
		}
		release(t, next)
		if err := first.Release(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
