package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

// cramped is a bucket with room for some objects, and then no more until somebody makes room. torn ones leave half of
// the object that finds none, as a disk does that lies about what it has kept.
type cramped struct {
	*memory
	using sync.Mutex
	room  int // objects that may still be created; negative = any number
	torn  bool
	wants int // objects that found no room
}

func (b *cramped) Create(ctx context.Context, name string, data []byte) error {
	if _, err := b.Size(ctx, name); err == nil {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	if b.takeRoom() {
		return b.memory.Create(ctx, name, data)
	}
	if b.torn {
		if err := b.memory.Create(ctx, name, data[:len(data)/2]); err != nil {
			return err
		}
	}
	return &fs.PathError{Op: "write", Path: name, Err: syscall.ENOSPC}
}

// takeRoom takes the room of one object, if there is any.
func (b *cramped) takeRoom() bool {
	b.using.Lock()
	defer b.using.Unlock()
	if b.room == 0 {
		b.wants++
		return false
	}
	b.room--
	return true
}

// A disk gets full at the first object, at the second, and so on until an apply finds room for all. Each time the apply
// says so, a plan still works, and with more room the next apply ends as if nothing had been, and asks nothing again.
func TestDiskThatIsFullAtEachObject(t *testing.T) {
	whole := newProject(t)
	whole.opt.Workers = 1
	whole.apply()
	for _, torn := range []bool{false, true} {
		full := 0
		for room := 0; ; room++ {
			p := newProject(t)
			p.opt.Workers = 1
			b := &cramped{memory: &memory{data: map[string][]byte{}}, room: room, torn: torn}
			p.bucket = b
			_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
			if b.wants == 0 {
				break
			}
			full++
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "store") && !strings.Contains(err.Error(), "record") {
				t.Errorf("room for %d: %v", room, err)
			}
			if !torn {
				mustBeSound(t, b)
			}
			b.room = -1
			if !p.plan().Changes() && !onlyRunsAreMissing(whole, p) {
				t.Errorf("room for %d: the plan is empty, though the apply came to no end", room)
			}
			p.apply()
			p.mustBeLike(whole)
			if p.plan().Changes() {
				t.Errorf("room for %d: the plan is not empty in the end", room)
			}
		}
		if want := len(whole.bucket.(*memory).data); full != want {
			t.Errorf("torn %v: the disk got full at %d objects, and an apply stores %d", torn, full, want)
		}
	}
}

// onlyRunsAreMissing tells whether all was done and published but for the record of it.
func onlyRunsAreMissing(whole, p *project) bool {
	return maps.Equal(whole.files("output"), p.files("output"))
}

// mustBeSound makes sure that each object has the bytes that its name says, and each record its seal.
func mustBeSound(t *testing.T, b *cramped) {
	t.Helper()
	for name, data := range b.data {
		if digest, object := strings.CutPrefix(name, "objects/"); object {
			if strings.ReplaceAll(digest, "/", "") != store.Digest(data) {
				t.Errorf("%s has other bytes than its name says", name)
			}
			continue
		}
		if text, err := store.Unseal(name, data); err != nil || !json.Valid(text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// mustBeLike makes sure that the published files are those of another project, that nothing was asked twice, and that
// nothing unfinished is left.
func (p *project) mustBeLike(whole *project) {
	p.t.Helper()
	if got, want := p.files("output"), whole.files("output"); !maps.Equal(got, want) {
		p.t.Errorf("published: %v\nwant: %v", got, want)
	}
	for key, n := range p.oracle.sent {
		if n != 1 {
			p.t.Errorf("question %s was sent %d times", key, n)
		}
	}
	for _, folder := range []string{"output", ".sftrun"} {
		if left, _ := filepath.Glob(filepath.Join(p.dir, folder, ".sftrun-unfinished-*")); len(left) > 0 {
			p.t.Errorf("left behind: %v", left)
		}
	}
}

// files of a folder by name, but the state, which tells times.
func (p *project) files(folder string) map[string]string {
	p.t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(p.dir, folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() && e.Name() != "pipeline_state.json" {
			all[e.Name()] = p.read(filepath.Join(folder, e.Name()))
		}
	}
	return all
}
