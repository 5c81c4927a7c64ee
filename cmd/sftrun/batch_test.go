package main_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/steps/model/geminitest"
)

// billed serves an emulator of the Gemini API, until the test ends, to a new project that asks it in batch jobs.
func billed(t *testing.T, jobs geminitest.Jobs, rules ...geminitest.Rule) (*project, *geminitest.Server) {
	t.Helper()
	s, err := geminitest.Start(geminitest.Options{Dir: t.TempDir(), Jobs: jobs, Faults: geminitest.Plan{Seed: 1, Rules: rules}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p := initial(t)
	p.env = []string{"GOOGLE_GEMINI_BASE_URL=" + s.URL(), "GEMINI_API_KEY=AIza-the-secret-of-this-test"}
	p.edit(`provider: "offline", name: "outline"`, `provider: "gemini", name: "gemini-3.5-flash"`)
	return p, s
}

var soon = geminitest.Jobs{Queue: 50 * time.Millisecond, Run: 200 * time.Millisecond}

// jobName stands in rows for the service's name of their job, which no two runs have in common.
var jobName = regexp.MustCompile(`batches/\w+`)

func (p *project) publishedButJobs() map[string]string {
	all := p.published()
	for name, text := range all {
		all[name] = jobName.ReplaceAllString(text, "batches/ID")
	}
	return all
}

// openJobs lists jobs by name, with how they stand.
func (p *project) openJobs() map[string]string {
	p.t.Helper()
	out, code := p.run("jobs", "--json")
	var list struct{ Jobs []struct{ Name, Now string } }
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 {
		p.t.Fatalf("jobs: exit code %d, %v: %s", code, err, out)
	}
	now := map[string]string{}
	for _, j := range list.Jobs {
		now[j.Name] = j.Now
	}
	return now
}

// A batch apply is killed between each durable step and its remote call, and at other points. Then it is gone on with, as
// a user would: a job in doubt that the service does not have is forgotten. Each request is billed once, and the files
// are those of an apply that nobody disturbed.
func TestKilledBatchApplyPaysOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	p, s := billed(t, soon)
	tally := filepath.Join(t.TempDir(), "tally")
	if e := p.finish(p.faulty("FAULT_TALLY="+tally, "apply", "--yes")); e.code != 0 {
		t.Fatalf("exit code %d: %s", e.code, e.complaint)
	}
	want, bill := p.publishedButJobs(), s.Bill()
	text, err := os.ReadFile(tally)
	if err != nil {
		t.Fatal(err)
	}
	passes := map[string]int{}
	for point := range strings.Lines(string(text)) {
		passes[strings.TrimSpace(point)]++
	}
	t.Run("each", func(t *testing.T) {
		for _, kill := range batchKills(t, passes, *kills) {
			t.Run(strings.ReplaceAll(kill, " ", "_"), func(t *testing.T) {
				t.Parallel()
				killBatch(t, kill, want, bill)
			})
		}
	})
}

// batchKills are first those at all points of jobs, then others by chance.
func batchKills(t *testing.T, passes map[string]int, want int) (list []string) {
	t.Helper()
	var others []string
	for _, point := range slices.Sorted(maps.Keys(passes)) {
		for n := range passes[point] {
			kill := fmt.Sprintf("%s#%d", point, n+1)
			if strings.HasPrefix(point, "job:") {
				list = append(list, kill)
			} else {
				others = append(others, kill)
			}
		}
	}
	if len(list) < 8 {
		t.Fatalf("only %v are passed", list)
	}
	random := rand.New(rand.NewPCG(5, 6))
	random.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return append(list, others[:max(0, min(len(others), want-len(list)))]...)
}

func killBatch(t *testing.T, kill string, want map[string]string, bill geminitest.Bill) {
	p, s := billed(t, soon)
	if e := p.finish(p.faulty("FAULT_KILL="+kill, "apply", "--yes")); e.code >= 0 {
		t.Logf("it ended before: exit code %d: %s", e.code, e.complaint)
	}
	p.mustBeSound()
	for name, now := range p.openJobs() {
		if now != "in doubt" {
			continue
		}
		if n := s.Calls()[geminitest.Create]; n > 0 {
			t.Errorf("%s is in doubt, and %d jobs were created", name, n)
		}
		p.run("jobs", "forget", name)
	}
	p.mustApply()
	if d := cmp.Diff(want, p.publishedButJobs()); d != "" {
		t.Errorf("published files differ: %s", d)
	}
	now := s.Bill()
	if len(now.PaidTwice()) > 0 || len(now.Twice) > 0 || now.Batch.Requests != bill.Batch.Requests || now.USD() != bill.USD() {
		t.Errorf("billed %+v, undisturbed %+v", now.Batch, bill.Batch)
	}
	if left := p.openJobs(); len(left) > 0 {
		t.Errorf("open jobs: %v", left)
	}
	if left := p.unfinished(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	p.keepsTheSecret("AIza-the-secret-of-this-test")
}
