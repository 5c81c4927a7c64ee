package main_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// These tests run the real binary in processes of its own, on copies of the quickstart.

// binary builds sftrun once for all tests.
var binary = sync.OnceValues(func() (string, error) { return build("sftrun") })

// build builds sftrun under a name, with flags of go build. What a debugger and a release need is left out, as it takes
// long to link.
func build(name string, flags ...string) (string, error) {
	path := filepath.Join(os.Getenv("TEST_PROGRAMS"), name) // a folder that TestMain makes and removes
	args := slices.Concat([]string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", path}, flags, []string{"sftrun.local/cmd/sftrun"})
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
}

// project is a copy of the quickstart.
type project struct {
	t       testing.TB
	dir     string
	program string          // "" = the binary
	away    *away           // where its store lies; nil = in its own folder
	env     []string        // more settings of the machine
	args    []string        // flags of every command
	drawn   map[string]bool // think texts that applies have drawn, where that is of interest
}

func quickstart(t testing.TB) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), away: wherever(t)}
	for _, part := range []string{"data", "prompts", "pipeline.cue"} {
		from := filepath.Join("..", "..", "examples", "quickstart", part)
		to := filepath.Join(p.dir, part)
		info, err := os.Stat(from)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else {
			err = copyFile(from, to)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// command of the binary in the project, without settings of the machine.
func (p *project) command(args ...string) *exec.Cmd {
	p.t.Helper()
	path := p.program
	if path == "" {
		var err error
		if path, err = binary(); err != nil {
			p.t.Fatal(err)
		}
	}
	cmd := exec.Command(path, slices.Concat(args, p.args)...)
	cmd.Dir = p.dir
	cmd.Env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH")}
	if p.away != nil {
		cmd.Env = append(cmd.Env, p.away.env(p.t, filepath.Join(p.dir, ".sftrun/store"))...)
	}
	cmd.Env = append(cmd.Env, p.env...)
	return cmd
}

// run runs the binary and returns what it wrote to standard output, and its exit code.
func (p *project) run(args ...string) (string, int) {
	p.t.Helper()
	e := p.finish(p.command(args...))
	if e.complaint != "" {
		p.t.Logf("sftrun %s: %s", strings.Join(args, " "), e.complaint)
	}
	return e.out, e.code
}

func (p *project) mustApply(args ...string) string {
	p.t.Helper()
	out, code := p.run(append([]string{"apply", "--yes"}, args...)...)
	if code != 0 {
		p.t.Fatalf("apply: exit code %d", code)
	}
	return out
}

// outputs are the bytes of all published files but the state, which tells times.
func (p *project) outputs() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob(filepath.Join(p.dir, "output", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			p.t.Fatal(err)
		}
		if name := filepath.Base(f); name != "pipeline_state.json" {
			all[name] = string(data)
		}
	}
	return all
}

// objects are the digests of all objects in the store.
func (p *project) objects() []string {
	p.t.Helper()
	var all []string
	root := filepath.Join(p.dir, ".sftrun", "store", "objects")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			all = append(all, filepath.Base(filepath.Dir(path))+filepath.Base(path))
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

func (p *project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) read(name string) string {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(data)
}

// edit replaces text in pipeline.cue: old, new, old, new …
func (p *project) edit(pairs ...string) {
	p.t.Helper()
	text := p.read("pipeline.cue")
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			p.t.Fatalf("pipeline.cue does not hold %q", pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	p.write("pipeline.cue", text)
}

// executed runs an apply and returns the actions that it executed, and the requests that it sent, by step.
func (p *project) executed(args ...string) (actions, asked map[string]int) {
	p.t.Helper()
	actions, asked = map[string]int{}, map[string]int{}
	out := p.mustApply(append(args, "--json")...)
	for line := range strings.Lines(out) {
		var e struct {
			Event  string
			Report struct {
				Name     string
				Executed int
				Asked    int
			}
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			p.t.Fatalf("%v: %s", err, line)
		}
		if e.Event != "ended" {
			continue
		}
		if e.Report.Executed > 0 {
			actions[e.Report.Name] = e.Report.Executed
		}
		if e.Report.Asked > 0 {
			asked[e.Report.Name] = e.Report.Asked
		}
	}
	return actions, asked
}

// reasons returns the plan's reasons by step.
func (p *project) reasons(args ...string) map[string]string {
	p.t.Helper()
	out, code := p.run(append([]string{"plan", "--json"}, args...)...)
	if code != 0 {
		p.t.Fatalf("plan: exit code %d", code)
	}
	var plan struct {
		Steps []struct {
			Name    string
			Reasons []struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		p.t.Fatal(err)
	}
	all := map[string]string{}
	for _, s := range plan.Steps {
		var texts []string
		for _, r := range s.Reasons {
			texts = append(texts, r.Text)
		}
		if len(texts) > 0 {
			all[s.Name] = strings.Join(texts, "; ")
		}
	}
	return all
}

func TestStoredRowsAreTheSameForAnyNumberOfWorkers(t *testing.T) {
	anyNumberOfWorkers(t, wherever(t))
}

func anyNumberOfWorkers(t *testing.T, a *away) {
	var want *project
	for _, workers := range []string{"1", "2", "8"} {
		p := quickstart(t)
		p.away = a
		p.mustApply("--workers", workers)
		if want == nil {
			want = p
			continue
		}
		if d := cmp.Diff(want.objects(), p.objects()); d != "" {
			t.Errorf("objects with %s workers: %s", workers, d)
		}
		if !maps.Equal(want.outputs(), p.outputs()) {
			t.Errorf("published files differ with %s workers", workers)
		}
	}
}

// Commands that read change nothing: no file, no time of a file, no new file.
func TestReadingCommandsChangeNoFile(t *testing.T) {
	for _, applied := range []bool{false, true} {
		p := quickstart(t)
		if applied {
			p.mustApply()
			p.edit("max: 16384", "max: 2200")
		}
		before := p.files()
		for _, args := range [][]string{{"plan"}, {"plan", "--json"}, {"apply", "--dry-run"}, {"status"}, {"settings"}, {"kinds"}, {"show", "sample"}} {
			p.run(args...)
			if d := cmp.Diff(before, p.files()); d != "" {
				t.Errorf("after an apply: %v: sftrun %v changed files: %s", applied, args, d)
			}
		}
	}
}

// files are all files of the project with size and time.
func (p *project) files() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		all[path] = fmt.Sprint(info.Size(), info.ModTime())
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}
