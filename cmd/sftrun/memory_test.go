//go:build linux

package main_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// peak returns the most memory, in MB, that a command that has ended held at once.
func peak(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatalf("usage is %T", cmd.ProcessState.SysUsage())
	}
	return int(usage.Maxrss >> 10)
}

// A worker holds a row some six times: as read, as a part, decoded, edited, as a part again, in buffers that grow. The
// collector lets as much garbage gather, so two workers take at most 26 rows, beside 100 MB for all else.
func TestMemoryFollowsTheLargestRowsInFlight(t *testing.T) {
	if testing.Short() {
		t.Skip("writes rows of 32 MB")
	}
	p := quickstart(t)
	p.edit("data/train-*", "large/*", "target: 150", `target: 150, shortfall: "allow"`)
	var rows strings.Builder
	for i := range 5 {
		fmt.Fprintf(&rows, `{"id":"%d","messages":[{"role":"assistant","content":"<think>%s</think>%s"}]}`+"\n", i,
			strings.Repeat("word ", 600), strings.Repeat("So it is. ", 32<<20/10))
	}
	p.write("large/rows.jsonl", rows.String())
	cmd := p.command("apply", "--yes", "--workers", "2")
	if said, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("validate    done   5 in → 5 out")) {
		t.Fatalf("%v\n%s", err, said)
	}
	if most := 26*32 + 100; peak(t, cmd) > most {
		t.Errorf("%d MB for rows of 32 MB, at most %d", peak(t, cmd), most)
	}
}

func TestPipelineThatTakesAllMemoryIsGivenUp(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 1 GB")
	}
	p := quickstart(t)
	lines := []string{p.read("pipeline.cue"), `_a0: "xxxxxxxxxx"`}
	for i := range 11 {
		lines = append(lines, fmt.Sprintf(`_a%d: "%s"`, i+1, strings.Repeat(fmt.Sprintf(`\(_a%d)`, i), 10)))
	}
	p.write("pipeline.cue", strings.Join(lines, "\n"))
	cmd := p.command("plan")
	said, _ := cmd.CombinedOutput()
	if !bytes.Contains(said, []byte("evaluating it takes more than 1024 MB")) || peak(t, cmd) > 3000 {
		t.Errorf("%d MB:\n%s", peak(t, cmd), said)
	}
}
