//go:build linux

package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
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
	p.write("large/rows.jsonl", "")
	file, err := os.OpenFile(filepath.Join(p.dir, "large", "rows.jsonl"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	think, answer := strings.Repeat("word ", 600), strings.Repeat("So it is. ", 32<<20/10)
	for i := range 5 { // not as one text, see startMB
		if _, err := fmt.Fprintf(file, `{"id":"%d","messages":[{"role":"assistant","content":"<think>%s</think>`, i, think); err != nil {
			t.Fatal(err)
		}
		file.WriteString(answer)
		file.WriteString("\"}]}\n")
	}
	cmd := p.command("apply", "--yes", "--workers", "2")
	if said, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("validate    done   5 in → 5 out")) {
		t.Fatalf("%v\n%s", err, said)
	}
	if most := 26*32 + 100; peak(t, cmd) > most {
		t.Errorf("%d MB for rows of 32 MB, at most %d", peak(t, cmd), most)
	}
}

// A packed file may be small and its text without end. What holds no row takes no memory, and a row that is not closed
// as much as the largest row that is allowed.
func TestSmallFilesThatUnpackToAGigabyte(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks 1 GB several times")
	}
	for _, test := range []struct {
		name, start, unit, says string
		most                    int // MB
	}{
		{"blanks", "", " ", "sample      done   0 out", startMB},
		{"line ends", "", "\n", "sample      done   0 out", startMB},
		{"a text that is not closed", `{"messages":"`, "a", "the row is longer than the limit of 268435456 bytes", 950},
		{"brackets", `{"messages":`, "[", "nested deeper than 10,000 levels", startMB},
	} {
		p := quickstart(t)
		p.edit("data/train-*", "bomb/*", "target: 150", `target: 150, shortfall: "allow"`)
		start := packed(t, "zst", []string{test.start}, 1)
		p.write("bomb/rows.jsonl.zst", string(start)+string(packed(t, "zst", []string{strings.Repeat(test.unit, 1<<20)}, 1<<10)))
		cmd := p.command("apply", "--yes")
		said, _ := cmd.CombinedOutput()
		if !bytes.Contains(said, []byte(test.says)) || peak(t, cmd) > test.most {
			t.Errorf("%s: %d MB, at most %d:\n%s", test.name, peak(t, cmd), test.most, said)
		}
	}
}

// Large rows cost the same however they come, and small ones nothing: a part of them is on the way at a time.
func TestMemoryOfPackedRows(t *testing.T) {
	if testing.Short() {
		t.Skip("packs rows of 32 MB and a million small ones")
	}
	large := []string{`{"messages":[{"role":"assistant","content":"<think>a</think>`, strings.Repeat("So it is. ", 32<<20/10), "\"}]}\n"}
	for _, test := range []struct {
		row  []string
		rows int
		out  string
		most int // MB
	}{
		{large, 4, "done   4 out", 26*32 + 100},
		{[]string{`{"messages":[]}` + "\n"}, 1_000_000, "1,000,000 out", startMB + 200},
	} {
		for _, ending := range []string{"gz", "zst"} {
			p := quickstart(t)
			p.edit("data/train-*", "packed/*", "rowsPerShard: 100", "rowsPerShard: 1_000_000")
			p.write("packed/rows.jsonl."+ending, string(packed(t, ending, test.row, test.rows)))
			cmd := p.command("apply", "--yes", "--workers", "2", "--target", "sample")
			said, _ := cmd.CombinedOutput()
			if !bytes.Contains(said, []byte(test.out)) || peak(t, cmd) > test.most {
				t.Errorf("%d rows, %s: %d MB, at most %d:\n%s", test.rows, ending, peak(t, cmd), test.most, said)
			}
		}
	}
}

// startMB is what peak may count of the test itself, of which the command was a part before it began.
const startMB = 500

// packed is a text of pieces that are repeated, packed as an ending says.
func packed(t *testing.T, ending string, pieces []string, times int) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	if w, err = gzip.NewWriterLevel(&out, 1); ending == "zst" {
		w, err = zstd.NewWriter(&out)
	}
	for range times {
		for _, piece := range pieces {
			if err == nil {
				_, err = io.WriteString(w, piece)
			}
		}
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
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
