package hub_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubtest"
	"sftrun.local/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	good = hub.Token("hf_goodgoodgoodgood")
	poor = hub.Token("hf_poorpoorpoorpoor")
)

// world is an emulated Hub, and what a client asked it to wait.
type world struct {
	t   *testing.T
	hub *hubtest.Hub
	dir string

	mu     sync.Mutex
	waited []time.Duration
}

// newWorld writes files, by OWNER/NAME/PATH, and serves them. At the end no token may have gone astray.
func newWorld(t *testing.T, files map[string]string, o hubtest.Options) *world {
	t.Helper()
	o.Dir = t.TempDir()
	o.Tokens = []string{string(good), string(poor)}
	for name, text := range files {
		write(t, filepath.Join(o.Dir, name), []byte(text))
	}
	h, err := hubtest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Close()
		if v := h.Violations(); len(v) > 0 {
			t.Errorf("violations: %q", v)
		}
	})
	return &world{t: t, hub: h, dir: o.Dir}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// client makes a client whose waits take no time.
func (w *world) client(o hub.Options) *hub.Client {
	w.t.Helper()
	o.Endpoint = w.hub.URL()
	o.Ranges.Sleep = func(ctx context.Context, d time.Duration) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.waited = append(w.waited, d)
		return ctx.Err()
	}
	c, err := hub.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

// list pins an address and lists it.
func list(ctx context.Context, c *hub.Client, address, config, split string) ([]steps.Shard, error) {
	a, err := hub.Parse(address)
	if err != nil {
		return nil, err
	}
	commit, err := c.Pin(ctx, a)
	if err != nil {
		return nil, err
	}
	return c.List(ctx, a.At(commit), config, split)
}

// one lists an address that stands for one file.
func one(t *testing.T, c *hub.Client, address string) steps.Shard {
	t.Helper()
	shards, err := list(t.Context(), c, address, "", "")
	if err != nil || len(shards) != 1 {
		t.Fatalf("list %s: %v, %v; want one file", address, shards, err)
	}
	return shards[0]
}

func open(t *testing.T, c *hub.Client, s steps.Shard) steps.Reader {
	t.Helper()
	r, err := c.Open(t.Context(), s.Place, s.Size, s.Digest)
	if err != nil {
		t.Fatalf("open %s: %v", s.Place, err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func all(r steps.Reader) ([]byte, error) {
	return io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
}

// noise is text of n bytes, always the same for a seed.
func noise(seed uint64, n int) string {
	r := rand.NewChaCha8([32]byte{byte(seed)})
	b := make([]byte, n)
	r.Read(b)
	return string(b)
}

func ExampleParse() {
	a, err := hub.Parse("hf://datasets/allenai/Dolci-Think-SFT-7B@refs/convert/parquet/default/train/*.parquet")
	fmt.Println(a.Repo(), a.Revision, a.Pattern, err)
	// Output: allenai/Dolci-Think-SFT-7B refs/convert/parquet default/train/*.parquet <nil>
}
