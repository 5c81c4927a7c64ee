package runner_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"sftrun.local/runner/store"
)

// observed is a bucket that notes what is read of another.
type observed struct {
	store.Bucket
	mu   sync.Mutex
	read map[string]int // bytes by name
}

func (o *observed) Read(ctx context.Context, name string) ([]byte, error) {
	data, err := o.Bucket.Read(ctx, name)
	return o.note(name, data), err
}

func (o *observed) ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error) {
	data, err := o.Bucket.ReadAt(ctx, name, off, n)
	return o.note(name, data), err
}

func (o *observed) note(name string, data []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.read[name] += len(data)
	return data
}

// A plan with nothing to do reads manifests and runs, and no row: neither of the store nor of the files outside, which
// it asks the file system about.
func TestWarmPlanReadsNoData(t *testing.T) {
	p := newProject(t)
	row := fmt.Sprintf("{\"id\":\"%%d\",\"n\":%%d,\"text\":%q}\n", strings.Repeat("x", 10_000))
	var shard strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&shard, row, i, i)
	}
	p.write("data/a.jsonl", shard.String())
	cold := bytesRead(t, func() { p.plan() })
	p.apply()

	seen := &observed{Bucket: p.bucket, read: map[string]int{}}
	p.bucket = seen
	warm := bytesRead(t, func() {
		if plan := p.plan(); plan.Changes() {
			t.Errorf("the plan is not empty: %s", verdicts(plan))
		}
	})
	for name := range seen.read {
		if !strings.HasPrefix(name, "steps/") && !strings.HasPrefix(name, "runs/") {
			t.Errorf("it read %s", name)
		}
	}
	if len(seen.read) == 0 {
		t.Error("nothing was observed")
	}
	if cold < shard.Len() {
		t.Errorf("the first plan read %d bytes, and must have read %d: the count is wrong", cold, shard.Len())
	}
	if warm > shard.Len()/20 {
		t.Errorf("it read %d bytes from files", warm)
	}
}

// bytesRead counts what the process reads from files while f runs.
func bytesRead(t *testing.T, f func()) int {
	t.Helper()
	before := readSoFar(t)
	f()
	return readSoFar(t) - before
}

func readSoFar(t *testing.T) (n int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skip("this system does not tell what a process reads")
	}
	if _, err := fmt.Sscanf(string(text), "rchar: %d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}
