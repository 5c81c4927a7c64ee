//go:build linux

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// BenchmarkThroughput samples all rows of Parquet shards, filters and stratifies them: the whole process of an apply,
// with all that it stores, and with what it publishes as well. MB are of text, as JSON lines; s/GB is the time of all
// cores, which a busy machine changes less than the clock.
//
// The rows are those of the quickstart, multiplied to 100 MB. SFTRUN_BENCH_BYTES says how much text there is to be
// instead ("1e9"), SFTRUN_BENCH_ROWS in which folder the shards are whose rows are multiplied.
func BenchmarkThroughput(b *testing.B) {
	bytes, shards := multiplied(b)
	for name, publish := range map[string]string{"stored": `publish: ""`, "published": ""} {
		b.Run(name, func(b *testing.B) {
			var used, most int64
			for b.Loop() {
				usage := throughput(b, shards, publish)
				used += usage.Utime.Nano() + usage.Stime.Nano()
				most = max(most, usage.Maxrss)
			}
			b.SetBytes(int64(bytes))
			b.ReportMetric(float64(used)/float64(b.N)/bytes, "s/GB")
			b.ReportMetric(float64(most)/(1<<10), "peak-MB")
		})
	}
}

// multiplied makes shards of text of so many bytes, and returns where they lie.
func multiplied(b *testing.B) (bytes float64, folder string) {
	b.Helper()
	bytes, from, folder := 1e8, filepath.Join("..", "..", "examples", "quickstart", "data"), b.TempDir()
	if rows := os.Getenv("SFTRUN_BENCH_ROWS"); rows != "" {
		from = rows
	}
	if text := os.Getenv("SFTRUN_BENCH_BYTES"); text != "" {
		var err error
		if bytes, err = strconv.ParseFloat(text, 64); err != nil {
			b.Fatal(err)
		}
	}
	generate := exec.Command("go", "run", "../../steps/sample/parquet/generate", "-from", from, "-out", folder,
		"-bytes", strconv.FormatFloat(bytes, 'f', -1, 64), "-shards", "8")
	if said, err := generate.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	return bytes, folder
}

// throughput applies once, in a project of its own that is removed, and returns what the process took.
func throughput(b *testing.B, shards, publish string) *syscall.Rusage {
	b.StopTimer()
	p := &project{t: b, dir: b.TempDir()}
	p.write("pipeline.cue", pipelineOf(strings.ReplaceAll(`
	sample: sft.#Sample & {from: "`+shards+`/*.parquet", shards: 1000, rowsPerShard: 1_000_000_000, PUBLISH}
	filter: sft.#Filter & {input: sample.rows, tokens: {min: 500, max: 16384}, PUBLISH}
	stratify: sft.#Stratify & {input: filter.rows, target: 2000, shortfall: "allow"}
`, "PUBLISH", publish)))
	cmd := p.command("apply", "--yes", "--workers", "2")
	b.StartTimer()
	said, err := cmd.CombinedOutput()
	b.StopTimer()
	if err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	if err := os.RemoveAll(p.dir); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
	return cmd.ProcessState.SysUsage().(*syscall.Rusage)
}
