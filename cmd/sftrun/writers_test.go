//go:build unix

package main_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// An apply is under way. A second one is told which process that is, and does nothing; who reads is told it too, and
// works. When the first one is killed, nothing is left of its lock.
func TestSecondApplyIsToldWhoAppliesUntilThatIsKilled(t *testing.T) {
	p := quickstart(t)
	first := p.command("apply", "--yes")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	defer first.Process.Kill()
	p.await(".sftrun/lock.holder")
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	who := fmt.Sprintf("process %d on ", first.Process.Pid)
	e := p.finish(p.command("apply", "--yes"))
	if e.code != 1 || !strings.HasPrefix(e.complaint, who) || !strings.Contains(e.complaint, " is writing to this project.  Wait for it") {
		t.Errorf("a second apply: exit code %d: %s", e.code, e.complaint)
	}
	for _, command := range []string{"plan", "status"} {
		if e := p.finish(p.command(command)); e.code != 0 || !strings.Contains(e.out, who) {
			t.Errorf("%s meanwhile: exit code %d: %s%s", command, e.code, e.out, e.complaint)
		}
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.Wait()
	for _, command := range []string{"plan", "status"} {
		if e := p.finish(p.command(command)); e.code != 0 || strings.Contains(e.out, "has been applying") {
			t.Errorf("%s after the kill: exit code %d: %s%s", command, e.code, e.out, e.complaint)
		}
	}
	p.mustApply()
	if out, code := p.run("plan", "--detailed-exitcode"); code != 0 {
		t.Errorf("the plan is not empty:\n%s", out)
	}
}

// await waits until a file is there that holds something.
func (p *project) await(name string) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if info, err := os.Stat(filepath.Join(p.dir, name)); err == nil && info.Size() > 0 {
			return
		}
	}
	p.t.Fatalf("%s did not appear", name)
}

// Two projects that share a store apply at once, again and again: they race for objects, records, numbers of runs, and
// merge each other's segments. Both end well with the outputs that each has alone, and no question is asked twice. A third one
// finds all that they have made.
func TestTwoProjectsApplyOnOneStore(t *testing.T) {
	if testing.Short() {
		t.Skip("applies many times")
	}
	const rounds = 10
	shared := filepath.Join(t.TempDir(), "store")
	alone, a, b := initial(t), initial(t), initial(t)
	for round := range rounds {
		for _, p := range []*project{alone, a, b} {
			p.nextPrompt(round)
		}
		alone.mustApply()
		var both sync.WaitGroup
		ends := make([]ending, 2)
		for i, cmd := range []*exec.Cmd{a.command("apply", "--yes", "--json", "--store", shared), b.command("apply", "--yes", "--json", "--store", shared)} {
			both.Go(func() { ends[i] = a.finish(cmd) })
		}
		both.Wait()
		for i, p := range []*project{a, b} {
			if ends[i].code != 0 || ends[i].complaint != "" {
				t.Fatalf("round %d: exit code %d: %s%s", round, ends[i].code, ends[i].complaint, ends[i].out)
			}
			if !maps.Equal(alone.published(), p.published()) {
				t.Errorf("round %d: the published files differ from those of a project alone", round)
			}
			if e := p.finish(p.command("plan", "--detailed-exitcode", "--store", shared)); e.code != 0 || e.complaint != "" {
				t.Errorf("round %d: the plan is not empty:\n%s%s", round, e.out, e.complaint)
			}
		}
	}
	whole := &project{t: t, dir: filepath.Dir(shared)}
	if err := os.MkdirAll(filepath.Join(whole.dir, ".sftrun"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(shared, filepath.Join(whole.dir, ".sftrun/store")); err != nil {
		t.Fatal(err)
	}
	whole.mustBeSound()
	if n := whole.durable(); n != 4*rounds {
		t.Errorf("%d answers are stored, of %d questions that two projects asked", n, 4*rounds)
	}
	third := initial(t)
	third.nextPrompt(rounds - 1)
	e := third.finish(third.command("apply", "--yes", "--json", "--store", filepath.Join(whole.dir, ".sftrun/store")))
	if n := e.asked(t); e.code != 0 || n != 0 || !maps.Equal(alone.published(), third.published()) {
		t.Errorf("a third project: exit code %d, %d questions asked: %s", e.code, n, e.complaint)
	}
}

// nextPrompt edits what the model is asked.
func (p *project) nextPrompt(round int) {
	p.write("prompts/system.md", fmt.Sprintf("Rewrite the trace, take %d.\n", round))
}
