package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/runner/store"
	"sftrun.local/steps/model/ledger"
)

// What holds of a project whatever was done to it.

// initial is a project as init lays it out: five rows, four of which are rewritten.
func initial(t *testing.T) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), away: wherever(t)}
	if _, code := p.run("init"); code != 0 {
		t.Fatalf("init: exit code %d", code)
	}
	return p
}

// copy of a project for a test.
func (p *project) copy(t *testing.T) *project {
	t.Helper()
	c := &project{t: t, dir: filepath.Join(t.TempDir(), "project"), away: p.away}
	if err := os.CopyFS(c.dir, os.DirFS(p.dir)); err != nil {
		t.Fatal(err)
	}
	return c
}

// An ending is how a process ended.
type ending struct {
	out, complaint string
	code           int // -1 if it was killed
}

// finish runs a command to its end.
func (p *project) finish(cmd *exec.Cmd) ending {
	p.t.Helper()
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return ending{out.String(), complaint.String(), cmd.ProcessState.ExitCode()}
}

// asked counts the questions that an apply with --json says it sent.
func (e ending) asked(t testing.TB) int {
	t.Helper()
	n := 0
	for line := range strings.Lines(e.out) {
		var event struct {
			Event  string
			Report struct{ Asked int }
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if event.Event == "ended" {
			n += event.Report.Asked
		}
	}
	return n
}

// eachFile calls f with all files below a folder of the project, by their slash-separated path from there.
func (p *project) eachFile(folder string, f func(name string, data []byte)) {
	p.t.Helper()
	root := filepath.Join(p.dir, folder)
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == root {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		f(filepath.ToSlash(name), data)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// published are the bytes of all published files, of variants too, but the states, which tell times.
func (p *project) published() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	p.eachFile("output", func(name string, data []byte) {
		if !strings.HasSuffix(name, "pipeline_state.json") && !strings.Contains(name, ".sftrun-unfinished-") {
			all[name] = string(data)
		}
	})
	return all
}

// unfinished lists temporary files.
func (p *project) unfinished() []string {
	p.t.Helper()
	var all []string
	p.eachFile("", func(name string, _ []byte) {
		probe := strings.HasPrefix(name, ".sftrun/store/tmp/probe-") // of a bucket: it is removed when a day has passed
		if !probe && strings.HasPrefix(name, ".sftrun/store/tmp/") || strings.Contains(name, ".sftrun-unfinished-") || strings.HasSuffix(name, "-journal") {
			all = append(all, name)
		}
	})
	return all
}

// mustBeSound makes sure that whatever has a name in the project holds all the bytes that it should.
func (p *project) mustBeSound() {
	p.t.Helper()
	p.eachFile(".sftrun/store", func(name string, data []byte) {
		folder, rest, _ := strings.Cut(name, "/")
		switch folder {
		case "objects":
			if store.Digest(data) != strings.ReplaceAll(rest, "/", "") {
				p.t.Errorf("object %s has other bytes than its name says", name)
			}
		case "actions", "steps", "runs":
			p.mustBeSealed(name, data)
		}
	})
	p.eachFile(".sftrun", func(name string, data []byte) {
		if name == "published.json" || name == "inputs.json" {
			p.mustBeSealed(name, data)
		}
	})
	p.eachFile("output", func(name string, data []byte) {
		if strings.HasSuffix(name, ".json") && !json.Valid(data) {
			p.t.Errorf("output/%s is no JSON", name)
		}
	})
}

func (p *project) mustBeSealed(name string, data []byte) {
	p.t.Helper()
	text, err := store.Unseal(name, data)
	if err != nil || !json.Valid(text) {
		p.t.Errorf("%s: %v", name, err)
	}
}

// durable counts the answers that the stored segments hold, each of which must be sound. The index has no part in it.
func (p *project) durable() int {
	p.t.Helper()
	l := ledger.New(ledger.Options{
		Bucket: store.NewDir(filepath.Join(p.dir, ".sftrun", "store")),
		Warn:   func(err error) { p.t.Error(err) },
	})
	defer l.Close()
	sums, err := l.Sums(context.Background())
	if err != nil {
		p.t.Fatal(err)
	}
	n := 0
	for _, s := range sums {
		n += s.Answered
	}
	return n
}
