package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sftrun.local/steps/model/geminitest"
)

// long are job times that only a moved clock reaches.
var long = geminitest.Jobs{Queue: time.Hour, Run: 3 * time.Hour}

// A watched buffer takes what a process writes, and tells when a text was in it.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
	want string
	seen chan struct{}
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if w.seen != nil && strings.Contains(w.text.String(), w.want) {
		close(w.seen)
		w.seen = nil
	}
	return len(p), nil
}

func (p *project) wants(out string, texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !regexp.MustCompile(text).MatchString(out) {
			p.t.Errorf("no %q in:\n%s", text, out)
		}
	}
}

// Ctrl-C leaves a job running and says how to take it up. Tomorrow another machine, which has only the store, does.
func TestStoppedBatchApplyIsTakenUp(t *testing.T) {
	p, s := billed(t, long)
	cmd := p.command("apply", "--yes")
	seen := make(chan struct{})
	told, out := &watched{want: "pending", seen: seen}, &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-seen:
	case <-time.After(time.Minute):
		t.Error("no job is told of")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("%v: %s", err, told.text.String())
	}
	p.wants(out.String(), `(?m)^Stopped \(exit 130\)`, `(?m)^1 batch job with 4 requests at the service\.  To take in their answers: sftrun apply --yes   To look: sftrun jobs$`,
		`(?m)^Results must be collected by `)

	list, _ := p.run("jobs")
	p.wants(list, `my-traces-\w+-1 +transform +4 .* pending 0 of 4 .*`)
	plan, _ := p.run("plan")
	p.wants(plan, `4 sent before, in batch jobs that are open: nothing more to pay`)

	if err := s.Advance(20 * time.Hour); err != nil {
		t.Fatal(err)
	}
	for _, index := range []string{"ledger.sqlite", "inputs.json"} {
		if err := os.Remove(filepath.Join(p.dir, ".sftrun", index)); err != nil {
			t.Fatal(err)
		}
	}
	p.wants(p.mustApply(), `transform +done +4 in → 4 out`)
	if b := s.Bill(); b.Batch.Requests != 4 || len(b.PaidTwice()) > 0 {
		t.Errorf("%+v", b)
	}
	list, _ = p.run("jobs")
	p.wants(list, `(?m)^No open batch jobs\.   1 done: sftrun jobs --all$`)
}

// apply --no-wait submits, leaves, and takes in what has ended, as a cron job does.
func TestNoWait(t *testing.T) {
	p, s := billed(t, long)
	for i, advance := range []time.Duration{0, 2 * time.Hour, 3 * time.Hour} {
		if err := s.Advance(advance); err != nil {
			t.Fatal(err)
		}
		out, code := p.run("apply", "--yes", "--no-wait")
		if want := []int{4, 4, 0}[i]; code != want {
			t.Errorf("exit code %d at the %d. apply:\n%s", code, i+1, out)
		}
		if i < 2 {
			p.wants(out, `(?m)^Pending \(exit 4\): answers come later\.`, `transform +4 +pending`, `(?m)^1 batch job with 4 requests at the service`)
		}
	}
	if n := s.Calls()[geminitest.Create]; n != 1 {
		t.Errorf("%d jobs were created", n)
	}
}

// A job is shown, cancelled, and what it has answered is taken in; the rest is sent again.
func TestCancelledJob(t *testing.T) {
	p, s := billed(t, long)
	p.run("apply", "--yes", "--no-wait")
	if err := s.Advance(150 * time.Minute); err != nil { // half of the rows are done
		t.Fatal(err)
	}
	name := p.onlyJob()
	shown, _ := p.run("jobs", "show", name)
	p.wants(shown, `at the service +batches/\w+`, `state +running 2 of 4`, `collect by +\d+ \w+ \d\d:\d\d`, `made by +key \w{12}`)
	out, code := p.run("jobs", "cancel", name)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	p.wants(out, `What it has answered is paid for; to take that in: sftrun apply`)
	p.run("apply", "--yes", "--no-wait")
	shown, _ = p.run("jobs", "show", name)
	p.wants(shown, `state +cancelled, taken in`, `answered +2`, `without answer +2`)
	if err := s.Advance(5 * time.Hour); err != nil {
		t.Fatal(err)
	}
	p.mustApply()
	if b := s.Bill(); b.Batch.Requests != 4 || len(b.Twice) > 0 {
		t.Errorf("%+v", b)
	}
}

func (p *project) onlyJob() string {
	p.t.Helper()
	for name := range p.openJobs() {
		return name
	}
	p.t.Fatal("no job is open")
	return ""
}

// The reply to a creation is lost, and the job is not listed. It waits for a decision: its requests are not sent again,
// until the job is adopted by its name at the service, or forgotten.
func TestJobInDoubt(t *testing.T) {
	p, s := billed(t, soon, geminitest.Rule{Call: geminitest.Create, Faults: []geminitest.Fault{geminitest.LoseReply}, Nth: []int{1}},
		geminitest.Rule{Call: geminitest.Job, Faults: []geminitest.Fault{geminitest.Hidden}, Nth: []int{1}})
	e := p.finish(p.command("apply", "--yes", "--no-wait"))
	if e.code != 4 || !strings.Contains(e.complaint, "nobody knows whether batch job") {
		t.Errorf("exit code %d: %s%s", e.code, e.out, e.complaint)
	}
	name := p.onlyJob()
	list, _ := p.run("jobs")
	p.wants(list, name+` is in doubt: its requests wait for your decision, see sftrun help jobs\.`)
	if e := p.finish(p.command("jobs", "adopt", name)); e.code != 1 || !strings.Contains(e.complaint, "sftrun jobs adopt "+name+" batches/ID") {
		t.Errorf("exit code %d: %s", e.code, e.complaint)
	}
	if e := p.finish(p.command("jobs", "adopt", name, "batches/nonsense")); e.code != 1 {
		t.Errorf("exit code %d: %s", e.code, e.out)
	}
	if n := s.Calls()[geminitest.Create]; n != 1 {
		t.Errorf("%d jobs were created", n)
	}
	out, code := p.run("jobs", "forget", name)
	p.wants(out, `The next apply sends its 4 requests again, .* if the job did run, they are paid for twice`)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	p.mustApply()
	if b := s.Bill(); b.Batch.Requests != 8 { // as was said
		t.Errorf("%+v", b)
	}
}

// apply --batch-job takes over a job that another project made of the same requests, and refuses one that answers others.
func TestJobOfAnotherProject(t *testing.T) {
	theirs, s := billed(t, soon)
	theirs.run("apply", "--yes", "--no-wait")
	out, _ := theirs.run("jobs", "show", theirs.onlyJob())
	id := jobName.FindString(out)
	ours := initial(t)
	ours.env = theirs.env
	ours.write("pipeline.cue", theirs.read("pipeline.cue"))
	other := ours.copy(t)
	other.env = theirs.env
	other.write("prompts/system.md", other.read("prompts/system.md")+"\nBe brief.\n")
	if e := other.finish(other.command("apply", "--yes", "--batch-job", id)); e.code != 1 || !strings.Contains(e.complaint, id+" is not taken over: none of its 4 results has the key of a request that is asked here") {
		t.Errorf("exit code %d: %s", e.code, e.complaint)
	}
	ours.mustApply("--batch-job", id)
	if b := s.Bill(); b.Batch.Requests != 4 || s.Calls()[geminitest.Create] != 1 {
		t.Errorf("%+v", b)
	}
}

// One request at a time and in jobs, the rows are the same but for how they were obtained.
func TestBatchAndSyncGiveTheSameRows(t *testing.T) {
	p, _ := billed(t, soon)
	alone := p.copy(t)
	alone.env = p.env
	alone.edit(`name: "gemini-3.5-flash"`, `name: "gemini-3.5-flash", batch: false`)
	p.mustApply()
	alone.mustApply()
	want, got := p.published(), alone.published()
	meta := regexp.MustCompile(`"transform_meta":\{[^}]*\}`)
	for name := range want {
		if meta.ReplaceAllString(want[name], "") != meta.ReplaceAllString(got[name], "") {
			t.Errorf("%s differs", name)
		}
	}
	if !strings.Contains(want["transformed_output.jsonl"], "batches/") || strings.Contains(got["transformed_output.jsonl"], "batches/") {
		t.Error("provenance does not tell of jobs")
	}
}
