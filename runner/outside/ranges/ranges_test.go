package ranges_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/runner/outside/ranges"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAnswersThatAreNotWhatWasAskedFor(t *testing.T) {
	for _, c := range []struct {
		said   string
		length int64
		want   string // "" for one that is right
	}{
		{"bytes 10-19/100", 10, ""},
		{"bytes 10-19/100", -1, ""},
		{"bytes 10-19/*", 10, ""},
		{"bytes 0-9/100", 10, `another range came than was asked for ("bytes 0-9/100", not "bytes 10-19/100")`},
		{"bytes 10-14/100", 5, "another range came"},
		{"10-19/100", 10, "another range came"},
		{"bytes 10-19/100", 9, "9 bytes came instead of 10"},
		{"bytes 10-19/101", 10, "x changed while it was being read"},
		{"", 100, "x: its server sends whole files and no parts of them"},
	} {
		err := ranges.Check("x", 10, 20, 100, c.said, c.length)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q, %d bytes: %v, want %q", c.said, c.length, err, c.want)
		}
	}
}

func TestAServerMayAskForTime(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-3": 0, "soon": 0, "99999999999": 0,
		time.Now().Add(time.Hour).UTC().Format(http.TimeFormat):  time.Hour,
		time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): 0,
	} {
		got := ranges.RetryAfter(http.Header{"Retry-After": {header}})
		if header != "99999999999" && (got > want || got < want-2*time.Second) || got < 0 {
			t.Errorf("%s: %v, want %v", header, got, want)
		}
	}
}

func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func patient(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// Whatever is read, in whatever order, from a service that breaks off every few hundred bytes.
func TestReadsHereAndThere(t *testing.T) {
	data := noise(70_001)
	dice := rand.New(rand.NewPCG(1, 2))
	fetch := func(_ context.Context, off, end int64) (io.ReadCloser, error) {
		if dice.IntN(4) == 0 {
			return nil, &ranges.Passing{Text: "busy"}
		}
		cut := min(end, off+int64(dice.IntN(2000)))
		return io.NopCloser(io.MultiReader(bytes.NewReader(data[off:cut]))), nil
	}
	pool := ranges.New(ranges.Options{BlockSize: 512, CacheSize: 2048, Tries: 1000, Patience: time.Hour, Sleep: patient})
	r := pool.Open(t.Context(), ranges.Object{Name: "x", Size: int64(len(data)), Fetch: fetch})
	defer r.Close()
	for range 500 {
		off, n := dice.IntN(len(data)), dice.IntN(6000)
		buf := make([]byte, n)
		got, err := r.ReadAt(buf, int64(off))
		if want := min(n, len(data)-off); got != want || !bytes.Equal(buf[:got], data[off:off+got]) || (err == io.EOF) != (want < n) || err != nil && err != io.EOF {
			t.Fatalf("%d bytes at %d: %d, %v", n, off, got, err)
		}
	}
}

func TestWhatDoesNotPassIsNotAskedAgain(t *testing.T) {
	asked := 0
	gone := errors.New("gone")
	fetch := func(context.Context, int64, int64) (io.ReadCloser, error) {
		asked++
		return nil, gone
	}
	r := ranges.New(ranges.Options{Sleep: patient}).Open(t.Context(), ranges.Object{Name: "x", Size: 10, Fetch: fetch})
	defer r.Close()
	for range 3 {
		if _, err := r.ReadAt(make([]byte, 1), 0); !errors.Is(err, gone) {
			t.Error(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestPatienceEnds(t *testing.T) {
	asked := 0
	fetch := func(context.Context, int64, int64) (io.ReadCloser, error) {
		asked++
		return io.NopCloser(strings.NewReader("few")), nil // no progress worth the name
	}
	r := ranges.New(ranges.Options{Sleep: patient}).Open(t.Context(), ranges.Object{Name: "x", Size: 100, Fetch: fetch})
	defer r.Close()
	_, err := r.ReadAt(make([]byte, 1), 0)
	if !errors.Is(err, ranges.ErrBusy) || asked != 8 || !strings.Contains(err.Error(), "x could not be read: tried 8 times in ") || !strings.Contains(err.Error(), "the answer broke off at byte 24 of 100") {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

// More files are open than requests may be under way: those that nobody reads give way.
func TestFilesThatNobodyReadsBlockNobody(t *testing.T) {
	data := noise(10_000)
	var open atomic.Int64
	fetch := func(_ context.Context, off, end int64) (io.ReadCloser, error) {
		if open.Add(1) > 2 {
			t.Error("more than two requests at once")
		}
		return &body{Reader: bytes.NewReader(data[off:end]), close: func() { open.Add(-1) }}, nil
	}
	pool := ranges.New(ranges.Options{BlockSize: 100, CacheSize: 200, Connections: 2})
	for range 5 {
		r := pool.Open(t.Context(), ranges.Object{Name: "x", Size: 10_000, Fetch: fetch})
		defer r.Close()
		for off := int64(0); off < 1000; off += 100 {
			if _, err := r.ReadAt(make([]byte, 100), off); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type body struct {
	io.Reader
	close func()
}

func (b *body) Close() error {
	b.close()
	return nil
}
