package blob_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/blob"
	"sftrun.local/runner/store/blob/blobtest"
	"sftrun.local/runner/store/storetest"
)

const (
	racerStore = "SFTRUN_TEST_RACER_STORE"
	realStore  = "SFTRUN_TEST_STORE" // address of an empty place in a bucket of a real service
	racedNames = 20
)

// A process that races for names, started by TestOneOfManyProcessesWinsAName.
func TestMain(m *testing.M) {
	if address := os.Getenv(racerStore); address != "" {
		race(address)
		return
	}
	goleak.VerifyTestMain(m)
}

func race(address string) {
	b, err := blob.Open(context.Background(), address, blob.Options{})
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	for i := range racedNames {
		err := b.Create(context.Background(), fmt.Sprintf("race/%03d", i), fmt.Appendf(nil, "%d", os.Getpid()))
		switch {
		case err == nil:
			fmt.Println("won", i)
		case !errors.Is(err, fs.ErrExist):
			fmt.Println("failed", err)
		}
	}
}

// A world is a service in memory, and the network to it.
type world struct {
	shelf   *blobtest.Shelf
	network *blobtest.Network
	address string
	options blob.Options
}

// worlds has one of each service.
func worlds(t *testing.T) map[string]*world {
	t.Helper()
	return map[string]*world{"s3": newS3(t, &blobtest.S3{}), "gs": newGCS(t)}
}

func newS3(t *testing.T, s *blobtest.S3) *world {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", blobtest.Key)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "verysecret")
	t.Setenv("AWS_SESSION_TOKEN", "")
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return newWorld(t, "s3", &s.Shelf, s)
}

func newGCS(t *testing.T) *world {
	t.Helper()
	s := &blobtest.GCS{}
	return newWorld(t, "gs", &s.Shelf, s)
}

func newWorld(t *testing.T, scheme string, shelf *blobtest.Shelf, service http.Handler) *world {
	t.Helper()
	shelf.Bucket = "traces"
	server := httptest.NewServer(service)
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		server.Close()
	})
	n := &blobtest.Network{}
	return &world{
		shelf: shelf, network: n, address: scheme + "://traces/team/one?endpoint=" + server.URL,
		options: blob.Options{Transport: n, Patience: 3 * time.Second, Pause: 4 * time.Millisecond},
	}
}

func (w *world) open(t *testing.T) *blob.Bucket {
	t.Helper()
	b, err := blob.Open(t.Context(), w.address, w.options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// fail lets the next requests that a test picks fail, n times.
func (w *world) fail(n int, fault blobtest.Fault, picked func(*http.Request) bool) {
	var left atomic.Int32
	left.Store(int32(n))
	w.network.Fault = func(r *http.Request) blobtest.Fault {
		if picked(r) && left.Add(-1) >= 0 {
			return fault
		}
		return nil
	}
}

func every(*http.Request) bool { return true }

// commits picks the requests that store something, in both protocols.
func commits(r *http.Request) bool {
	return r.Method == http.MethodPut || r.Method == http.MethodPost
}

func TestBucketsKeepWhatBucketsPromise(t *testing.T) {
	for name, w := range worlds(t) {
		t.Run(name, func(t *testing.T) {
			places := 0
			fresh := func(t *testing.T) *blob.Bucket {
				places++
				moved := *w
				moved.address = strings.Replace(w.address, "/one?", fmt.Sprintf("/place%d?", places), 1)
				return moved.open(t)
			}
			storetest.TestBucket(t, func(t *testing.T) store.Bucket { return fresh(t) })
			storetest.TestSwapper(t, func(t *testing.T) store.Swapper { return fresh(t) })
		})
	}
}

func TestRealServiceKeepsWhatBucketsPromise(t *testing.T) {
	address := os.Getenv(realStore)
	if address == "" {
		t.Skip(realStore + " names no bucket to test with")
	}
	place, query, _ := strings.Cut(address, "?")
	places := 0
	fresh := func(t *testing.T) *blob.Bucket {
		places++
		b, err := blob.Open(t.Context(), fmt.Sprintf("%s/%d-%d?%s", place, time.Now().UnixNano(), places, query), blob.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b
	}
	storetest.TestBucket(t, func(t *testing.T) store.Bucket { return fresh(t) })
	storetest.TestSwapper(t, func(t *testing.T) store.Swapper { return fresh(t) })
}

func TestOneOfManyProcessesWinsAName(t *testing.T) {
	many := 16
	if testing.Short() {
		many = 4
	}
	for name, w := range worlds(t) {
		t.Run(name, func(t *testing.T) {
			var wins atomic.Int32
			var racers sync.WaitGroup
			for range many {
				racers.Go(func() {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(os.Environ(), racerStore+"="+w.address)
					out, err := cmd.CombinedOutput()
					if err != nil || strings.Contains(string(out), "failed") {
						t.Errorf("racer: %v %s", err, out)
					}
					wins.Add(int32(strings.Count(string(out), "won")))
				})
			}
			racers.Wait()
			if wins.Load() != racedNames {
				t.Errorf("%d winners for %d names", wins.Load(), racedNames)
			}
			if names := w.shelf.Names(); len(names) != racedNames {
				t.Errorf("the bucket holds %v", names)
			}
		})
	}
}
