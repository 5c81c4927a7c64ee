package model_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// cramped is a bucket that finds no room for one object, or for none from then on.
type cramped struct {
	*store.Dir
	mu      sync.Mutex
	room    int // objects before
	forGood bool
	wants   int // objects that found no room
}

func (b *cramped) Create(ctx context.Context, name string, data []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.room--; b.room == -1 || b.room < 0 && b.forGood {
		b.wants++
		return fmt.Errorf("write %s: %w", name, syscall.ENOSPC)
	}
	return b.Dir.Create(ctx, name, data)
}

// A disk gets full at each object that paid calls store. For a moment only, nothing is paid twice. For good, what was
// under way is lost, which is said; it stays in doubt until it is asked again.
func TestDiskThatIsFullWhilePaying(t *testing.T) {
	const asked, atOnce = 12, 3
	for _, forGood := range []bool{false, true} {
		for room := 0; ; room++ {
			root := t.TempDir()
			b := &cramped{Dir: store.NewDir(filepath.Join(root, "bucket")), room: room, forGood: forGood}
			client := newFake()
			g := model.New(model.Options{Bucket: b, Path: filepath.Join(root, "ledger.sqlite"), Clients: both(client), Warn: func(err error) { t.Error(err) }})
			err := g.Send(t.Context(), questions(t, "gemini", 0, asked), steps.Sending{Workers: atOnce})
			if b.wants == 0 {
				if room < asked/atOnce {
					t.Fatalf("the disk was never full: %v", err)
				}
				closeGateway(t, g)
				break
			}
			if !errors.Is(err, syscall.ENOSPC) && (err != nil || client.calls() < asked) {
				t.Errorf("room for %d: %v, after %d calls", room, err, client.calls())
			}
			lost := err != nil && strings.Contains(err.Error(), "answers could not be stored and are lost")
			b.forGood = false
			doubt, err := g.InDoubt(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			before := client.calls()
			if err := g.Send(t.Context(), questions(t, "gemini", 0, asked), steps.Sending{Workers: atOnce}); err != nil {
				t.Fatalf("room for %d, and then for all: %v", room, err)
			}
			twice := client.calls() - asked
			if twice > doubt || twice > atOnce || twice > 0 && !lost || twice > 0 && !forGood {
				t.Errorf("room for %d (for good: %v): %d calls, then %d, so %d were paid twice; %d were in doubt, told: %v",
					room, forGood, before, client.calls()-before, twice, doubt, lost)
			}
			closeGateway(t, g)
		}
	}
}

func closeGateway(t *testing.T, g *model.Gateway) {
	t.Helper()
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}
