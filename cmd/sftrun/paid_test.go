package main_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/steps/model/geminitest"
)

// The key of these tests. It may be nowhere but in the environment.
const secretKey = "AIzaSy-the-secret-of-this-test"

// paid is a quickstart that asks the emulator, one request at a time.
type paid struct {
	*project
	service *geminitest.Server
}

// asking makes one, with more fields of the model.
func asking(t *testing.T, fields string, o geminitest.Options) *paid {
	t.Helper()
	o.Dir = t.TempDir()
	o.Keys = []string{secretKey}
	s, err := geminitest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p := quickstart(t)
	p.env = append(p.env, "GOOGLE_GEMINI_BASE_URL="+s.URL(), "GEMINI_API_KEY="+secretKey)
	p.edit(`provider: "offline", name: "outline"`, `provider: "gemini", name: "gemini-3-flash-preview", batch: false, retry: {firstWait: 0.02, longestWait: 0.1}`+fields)
	return &paid{p, s}
}

// rewritten are the rows of the transformed file without what is known of their making.
func (p *paid) rewritten() (rows []string) {
	p.t.Helper()
	for line := range strings.Lines(p.read("output/transformed_output.jsonl")) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			p.t.Fatal(err)
		}
		delete(row, "transform_meta")
		text, _ := json.Marshal(row)
		rows = append(rows, string(text))
	}
	return rows
}

// ends runs sftrun, whose end must be as wanted, and looks for the key in all that it leaves and says.
func (p *paid) ends(code int, args ...string) (ending ending) {
	p.t.Helper()
	ending = p.finish(p.command(args...))
	if ending.code != code {
		p.t.Fatalf("sftrun %s: exit code %d, want %d:\n%s\n%s", strings.Join(args, " "), ending.code, code, ending.out, ending.complaint)
	}
	p.keepsTheSecret(secretKey)
	if strings.Contains(ending.out+ending.complaint, secretKey) {
		p.t.Errorf("sftrun %s tells the key", strings.Join(args, " "))
	}
	return ending
}

// contains tells of texts that are missing in one.
func contains(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

// noFaults lets a service work from now on.
func (p *paid) noFaults() {
	p.t.Helper()
	if err := p.service.SetFaults(geminitest.Plan{}); err != nil {
		p.t.Fatal(err)
	}
}

func faults(rate float64, all ...geminitest.Fault) geminitest.Plan {
	return geminitest.Plan{Seed: 7, Rules: []geminitest.Rule{{Call: geminitest.Generate, Faults: all, Rate: rate, Wait: geminitest.Span(20e6)}}}
}

// A paid run is priced by the plan, needs somebody to agree, costs what the service bills, and is paid for once.
// What does not change an answer asks nothing again.
func TestAPaidRunIsPricedAgreedToAndPaidForOnce(t *testing.T) {
	p := asking(t, "", geminitest.Options{})
	p.ends(4, "apply", "--free")
	plan := p.ends(0, "plan").out
	contains(t, plan, "150 new requests, 0 of 150 already paid", " tokens in, ", "Try it first: sftrun apply --max-rows 20   (about $0.")
	contains(t, p.ends(1, "apply").complaint, "Agree beforehand with --yes")
	if n := p.service.Bill().Sync.Requests; n != 0 {
		t.Fatalf("%d requests were sent before anybody agreed", n)
	}
	done := p.ends(0, "apply", "--yes").out
	bill := p.service.Bill()
	if bill.Sync.Requests != 150 || len(bill.Twice) != 0 {
		t.Errorf("150 rows, and the bill is %+v", bill)
	}
	contains(t, done, fmt.Sprintf("Spent $%.2f now", bill.USD()))
	contains(t, p.ends(0, "apply", "--yes").out, "Nothing to do.")
	p.edit("batch: false", "batch: false, limits: {requestsPerMinute: 9, tokensPerMinute: 99_000, concurrency: 3, enqueuedTokens: 5}", "firstWait: 0.02", "tries: 9")
	p.edit(`seed: 42`, "seed: 42\n\tlimits: {costPerApply: 1, costInAll: 2}")
	contains(t, p.ends(0, "plan", "--detailed-exitcode").out, "Nothing to do.")
	if n := p.service.Bill().Sync.Requests; n != 150 {
		t.Errorf("%d requests after edits that change no answer", n)
	}
	if v := p.service.Violations(); len(v) > 0 {
		t.Errorf("the service would object: %q", v)
	}
}

// Four of ten requests go wrong in one way or another. No row is lost or mixed up, nothing is billed twice but where the
// service lost its own answer, and that is told.
func TestFaultsLoseAndMixUpNothing(t *testing.T) {
	calm := asking(t, "", geminitest.Options{})
	calm.ends(0, "apply", "--yes")
	p := asking(t, ", limits: concurrency: 8", geminitest.Options{Faults: faults(0.4, geminitest.Internal,
		geminitest.Unavailable, geminitest.HTMLError, geminitest.Deadline, geminitest.Reset, geminitest.LoseReply, geminitest.CutBody, geminitest.Garbage)})
	p.edit("retry: {", "retry: {tries: 50, ")
	out := p.ends(0, "apply", "--yes").out
	if d := cmp.Diff(calm.rewritten(), p.rewritten()); d != "" {
		t.Errorf("faults changed the rows: %s", d)
	}
	bill := p.service.Bill()
	if twice := bill.PaidTwice(); len(twice) > 0 || bill.Distinct() != 150 || bill.Sync.Lost == 0 {
		t.Errorf("billed twice: %v; %+v", twice, bill.Sync)
	}
	contains(t, out, " answers were lost on their way, and may have been billed beside that.", "Spent ")
}

// Waiting for a quota is no try: with a single one, no row fails in a storm of 429.
func TestA429StormFailsNoRow(t *testing.T) {
	storm := faults(0, geminitest.QuotaMinute)
	for n := range 120 {
		storm.Rules[0].Nth = append(storm.Rules[0].Nth, n+1)
	}
	p := asking(t, "", geminitest.Options{Faults: storm})
	p.edit("retry: {", "retry: {tries: 1, ")
	p.ends(0, "apply", "--yes")
	if bill := p.service.Bill(); bill.Sync.Requests != 150 || len(p.rewritten()) != 150 {
		t.Errorf("%d rows for %+v", len(p.rewritten()), bill.Sync)
	}
}

// A day's quota that is spent ends the apply and says when it is full again. What was answered is kept.
func TestASpentDayEndsTheApply(t *testing.T) {
	p := asking(t, ", limits: concurrency: 4", geminitest.Options{Limits: geminitest.Limits{RequestsPerDay: 60}})
	contains(t, p.ends(1, "apply", "--yes").complaint, "the daily quota of model gemini-3-flash-preview is spent", "it is full again ")
	if n := p.service.Bill().Sync.Requests; n != 60 {
		t.Errorf("%d requests were answered of 60 that the day had", n)
	}
	contains(t, p.ends(0, "plan").out, "90 new requests, 60 of 150 already paid")
	if err := p.service.Advance(25 * 3600e9); err != nil {
		t.Fatal(err)
	}
	p.ends(1, "apply", "--yes")
	if n := p.service.Bill().Sync.Requests; n != 120 {
		t.Errorf("%d requests after the second day", n)
	}
}

// A key that is not accepted ends it before anything is spent, and leaves nothing in doubt.
func TestAWrongKeyIsOneError(t *testing.T) {
	p := asking(t, "", geminitest.Options{Faults: faults(0, geminitest.BadKey)})
	contains(t, p.ends(1, "apply", "--yes").complaint, "the API key is not accepted")
	if out := p.ends(0, "answers").out; strings.Contains(out, "doubt") {
		t.Errorf("what was refused is in doubt:\n%s", out)
	}
	p.noFaults()
	p.ends(0, "apply", "--yes")
	if n := p.service.Bill().Sync.Requests; n != 150 {
		t.Errorf("%d requests were billed", n)
	}
}

// Answers that were cut off or withheld are settled, with their reason and their cost, until the user wants them asked
// again.
func TestCutOffAndWithheldAnswersAreSettled(t *testing.T) {
	p := asking(t, "", geminitest.Options{Faults: faults(0.2, geminitest.MaxTokens, geminitest.Safety, geminitest.AllThought, geminitest.Empty, geminitest.Blocked)})
	out := p.ends(3, "apply", "--yes").out
	contains(t, out, "MAX_TOKENS", "SAFETY", "empty", "prompt blocked", fmt.Sprintf("Spent $%.2f now", p.service.Bill().USD()))
	failed := 150 - len(p.rewritten())
	p.noFaults()
	contains(t, p.ends(0, "plan").out, "Nothing to do.")
	p.ends(3, "apply", "--yes")
	if n := p.service.Bill().Sync.Requests; n != 150 {
		t.Errorf("%d requests: what is settled was asked again", n)
	}
	p.ends(0, "apply", "--yes", "--retry-failed")
	if n := p.service.Bill().Sync.Requests; n != 150+failed || len(p.rewritten()) != 150 {
		t.Errorf("%d requests and %d rows after %d failures", n, len(p.rewritten()), failed)
	}
}

// The service bills more than was foreseen, as it loses its answers. The apply stops before the request that might pass
// the limit, and the next one goes on from there.
func TestTheLimitHoldsByTheServicesBill(t *testing.T) {
	p := asking(t, ", maxOutputTokens: 4000, limits: concurrency: 20", geminitest.Options{Faults: faults(0.8, geminitest.LoseReply)})
	p.edit(`seed: 42`, "seed: 42\n\tlimits: costPerApply: 1.00", "retry: {", "retry: {tries: 50, ")
	before := 0.0
	for range 2 {
		contains(t, p.ends(1, "apply", "--yes").complaint, "which would pass limits.costPerApply: $1.00", "pipeline.cue:")
		now := p.service.Bill().USD()
		if now-before > 1 || now == before {
			t.Errorf("the service billed $%.4f in one apply", now-before)
		}
		before = now
	}
	p.noFaults()
	p.ends(0, "apply", "--yes")
}

// A process that is killed while it asks loses no answer that it has stored. Only what was under way can be billed again,
// and sftrun says how much that is.
func TestAKilledSyncApplyAsksOnlyAgainWhatWasUnderWay(t *testing.T) {
	const atOnce, kills = 4, 5
	calm := asking(t, "", geminitest.Options{})
	calm.ends(0, "apply", "--yes")
	slow := faults(0, geminitest.Slow)
	p := asking(t, fmt.Sprintf(", limits: concurrency: %d", atOnce), geminitest.Options{Faults: slow})
	p.ends(4, "apply", "--free")
	for n := 1; n <= kills; n++ {
		cmd := p.command("apply", "--yes")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for p.service.Bill().Sync.Requests < n*20 {
			if cmd.ProcessState != nil {
				t.Fatal("it ended by itself")
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
	}
	p.noFaults()
	p.ends(0, "apply", "--yes")
	if d := cmp.Diff(calm.rewritten(), p.rewritten()); d != "" {
		t.Errorf("kills changed the rows: %s", d)
	}
	bill := p.service.Bill()
	if again := len(bill.PaidTwice()); again > kills*atOnce || bill.Distinct() != 150 {
		t.Errorf("%d requests were billed twice after %d kills with %d at once", again, kills, atOnce)
	}
	t.Logf("%d of 150 requests were billed twice after %d kills", len(bill.PaidTwice()), kills)
}

// The figures of a run are those of the service's bill.
func TestTheBooksAreTheServicesBill(t *testing.T) {
	p := asking(t, "", geminitest.Options{})
	p.ends(0, "apply", "--yes")
	sum, metas := 0.0, 0
	for line := range strings.Lines(p.read("output/transformed_output.jsonl")) {
		var row struct {
			Meta struct {
				Cost float64 `json:"cost_usd"`
				Mode string
			} `json:"transform_meta"`
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		if row.Meta.Mode == "gemini" {
			metas++
		}
		sum += row.Meta.Cost
	}
	if bill := p.service.Bill().USD(); metas != 150 || math.Abs(sum-bill) > 1e-9 {
		t.Errorf("%d rows tell of $%v, and the service of $%v", metas, sum, bill)
	}
	p.edit("seed: 42", "seed: 42\n\tlimits: costInAll: 0.80", "batch: false", "temperature: 1, batch: false")
	contains(t, p.ends(1, "apply", "--yes").complaint, " with the $0.75 before, which passes limits.costInAll: 0.80 (pipeline.cue:")
	if n := p.service.Bill().Sync.Requests; n != 150 {
		t.Errorf("%d requests were sent", n)
	}
}
