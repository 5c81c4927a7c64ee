package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// These tests fill disks: small ones in memory, which only the administrator may mount.

// small mounts a disk of a size in KB at a folder, for as long as the test lasts.
func small(t *testing.T, folder string, size int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has disks in memory of any size")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk", size), "tmpfs", folder).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}

// enlarge gives a mounted disk room.
func enlarge(t *testing.T, folder string) {
	t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,size=256m", folder).CombinedOutput(); err != nil {
		t.Fatalf("remount: %v: %s", err, out)
	}
}

// A disk gets full at every kind of write: of the lock, objects, records, answers, their index, published files, what is
// remembered of them. The apply says so and what to do, nothing is half there, and with more room it goes on.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("fills many disks")
	}
	all, output := filledBy(t, ""), filledBy(t, "output")
	t.Logf("a project takes %d KB, its output %d KB", all, output)
	whole := undisturbed(t)
	for _, disk := range []struct {
		folder   string
		from, to int
		step     int
	}{{"", all / 5, all + 80, 8}, {"output", 0, output, 4}} {
		full := tally{}
		t.Run("each", func(t *testing.T) {
			for size := disk.from; size <= disk.to; size += disk.step {
				t.Run(fmt.Sprintf("%s %d KB", disk.folder, size), func(t *testing.T) {
					t.Parallel()
					fillAndGoOn(t, whole, disk.folder, size, &full)
				})
			}
		})
		for what, n := range full.times {
			t.Logf("full %d times %s", n, what)
		}
	}
}

// tally counts by name.
type tally struct {
	mu    sync.Mutex
	times map[string]int
}

func (c *tally) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times == nil {
		c.times = map[string]int{}
	}
	c.times[what]++
}

// undisturbed is a first apply of the initial project.
func undisturbed(t *testing.T) *tale {
	t.Helper()
	s := &tale{name: "a first apply", start: initial(t), args: []string{"apply", "--yes"}}
	p := s.start.copy(t)
	p.mustApply()
	s.after, s.answers = p.published(), p.durable()
	return s
}

// filledBy tells how many KB on disk an applied project takes, or one of its folders.
func filledBy(t *testing.T, folder string) int {
	t.Helper()
	p := initial(t)
	p.mustApply()
	pages := 0
	p.eachFile(folder, func(_ string, data []byte) { pages += (len(data) + 4095) / 4096 })
	return 4 * pages
}

func fillAndGoOn(t *testing.T, s *tale, folder string, size int, full *tally) {
	p := &project{t: t, dir: t.TempDir()}
	disk := filepath.Join(p.dir, folder)
	if size == 0 {
		size = 4 // 0 would be no limit
	}
	small(t, disk, size)
	if err := os.CopyFS(p.dir, os.DirFS(s.start.dir)); err != nil {
		t.Skipf("the project itself does not fit: %v", err)
	}
	e := p.finish(p.command(s.args...))
	switch {
	case e.code == 0:
		full.add("never")
	case e.code != 1 || strings.Count(e.complaint, "\n") != 1 || !strings.Contains(e.complaint, "no space left on device") && !strings.Contains(e.complaint, "are free where the store lies") ||
		!strings.Contains(strings.ToLower(e.complaint), "make room") || strings.Contains(e.complaint, "unfinished-") || strings.Contains(e.complaint, "store/tmp/"):
		t.Errorf("exit code %d: %s", e.code, e.complaint)
	default:
		_, file, _ := strings.Cut(e.complaint, p.dir+"/")
		full.add("at " + strings.SplitN(file, ":", 2)[0])
	}
	p.mustBeSound()
	s.mustBeOldOrNew(p)
	for _, args := range [][]string{{"plan"}, {"status"}, {"show", "sample"}} {
		if e := p.finish(p.command(args...)); args[0] != "show" && (e.code != 0 || e.complaint != "") || e.code > 1 || strings.Count(e.complaint, "\n") > 1 {
			t.Errorf("%s: exit code %d: %s", args[0], e.code, e.complaint)
		}
	}
	enlarge(t, disk)
	s.mustEndWell(p)
}
