package batch_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/geminitest"
)

const (
	asked = 40
	all   = "40 answered"
	open  = "40 pending"
	doubt = "40 in doubt"
)

// A misfortune is one way in which the service fails, and what must come of it.
type misfortune struct {
	rules []geminitest.Rule
	first string // how the questions stand after an apply; "" is all answered
	then  string // after another one, without the misfortune; "" is all answered
	said  string // a part of what the user was told, or of the error
}

func rule(c geminitest.Call, f geminitest.Fault, nth ...int) geminitest.Rule {
	return geminitest.Rule{Call: c, Faults: []geminitest.Fault{f}, Nth: nth}
}

// rows hits some rows the first time that they are asked, or always.
func rows(f geminitest.Fault, code int, always bool) []geminitest.Rule {
	r := geminitest.Rule{Call: geminitest.Row, Faults: []geminitest.Fault{f}, Rate: 0.3, Code: code, Tries: 1}
	if always {
		r.Tries = 0
	}
	return []geminitest.Rule{r}
}

// ending are the faults with which nothing more can be asked for now, on whatever call. Nothing is lost by them.
var ending = map[geminitest.Fault]string{
	geminitest.QuotaDay: "daily quota", geminitest.BadKey: "API key not valid", geminitest.ExpiredKey: "API key expired", geminitest.Denied: "PERMISSION_DENIED",
}

// misfortunes lists all that can go wrong, with what is expected of each. What is not an exception ends with all answers.
func misfortunes() map[string]misfortune {
	all := map[string]misfortune{"none": {}}
	add := func(c geminitest.Call, exceptions map[geminitest.Fault]misfortune) {
		for _, f := range geminitest.FaultsOf(c) {
			if f == geminitest.Slow || f == geminitest.Stalled {
				continue // they take real time
			}
			m, ok := exceptions[f]
			if said := ending[f]; !ok && said != "" && c != geminitest.Download {
				m = misfortune{first: open, said: said}
			}
			if m.rules == nil {
				m.rules = []geminitest.Rule{rule(c, f, 1)}
			}
			all[fmt.Sprint(c, " ", f)] = m
		}
	}
	pending := func(said string) misfortune { return misfortune{first: open, said: said} }
	notThere := map[geminitest.Fault]misfortune{geminitest.NotFound: pending("404")}
	add(geminitest.Upload, notThere)
	add(geminitest.Chunk, notThere)
	failed := misfortune{said: "failed at creating it"}
	add(geminitest.Create, map[geminitest.Fault]misfortune{
		geminitest.QuotaMinute: {said: "would have no more batch jobs"}, geminitest.QuotaPlain: {said: "would have no more batch jobs"},
		geminitest.Internal: failed, geminitest.Unavailable: failed, geminitest.HTMLError: failed, geminitest.Deadline: failed,
		geminitest.NotFound: pending("404"), geminitest.Refused: pending("400"),
		geminitest.Reset: {first: doubt, then: doubt, said: "sftrun jobs forget"},
	})
	add(geminitest.GetJob, map[geminitest.Fault]misfortune{
		geminitest.Refused:  pending("400"),
		geminitest.QuotaDay: {}, // it is asked again later
	})
	add(geminitest.Download, map[geminitest.Fault]misfortune{geminitest.QuotaDay: {}})
	lists := map[geminitest.Fault]misfortune{}
	for _, f := range geminitest.FaultsOf(geminitest.ListJobs) { // with one of them, the job is found at the second look
		lists[f] = misfortune{rules: []geminitest.Rule{rule(geminitest.Create, geminitest.LoseReply, 1), rule(geminitest.ListJobs, f, 1)}}
	}
	add(geminitest.ListJobs, lists)
	addJobs(add)
	addRows(add)
	all["create loseReply, hidden"] = misfortune{first: doubt, then: doubt, said: "does not list it",
		rules: []geminitest.Rule{rule(geminitest.Create, geminitest.LoseReply, 1), rule(geminitest.Job, geminitest.Hidden, 1)}}
	all["each job expires"] = misfortune{rules: []geminitest.Rule{rule(geminitest.Job, geminitest.Expired)}, first: "34 answered, 6 no answer", said: "without an answer"}
	all["each job fails"] = misfortune{rules: []geminitest.Rule{rule(geminitest.Job, geminitest.Failed)}, first: "40 no answer", said: "Internal error"}
	all["each job is full of errors"] = misfortune{rules: []geminitest.Rule{rule(geminitest.Job, geminitest.AllRowsFail)}, first: "40 INTERNAL"}
	return all
}

func addJobs(add func(geminitest.Call, map[geminitest.Fault]misfortune)) {
	half := misfortune{said: "20 without an answer"}
	add(geminitest.Job, map[geminitest.Fault]misfortune{
		geminitest.StuckPending: {said: "EXPIRED"}, geminitest.StuckRunning: half, geminitest.Expired: half,
		geminitest.Failed: {said: "Internal error"}, geminitest.FailedHalf: half, geminitest.Cancelled: half, geminitest.Partly: half,
		geminitest.AllRowsFail: {said: "40 without an answer"}, geminitest.HalfRowsFail: half,
		geminitest.NoOutput:    {first: doubt, then: doubt, said: "has no output"},
		geminitest.LostOutput:  {first: doubt, then: doubt, said: "cannot be fetched"},
		geminitest.ShortOutput: {first: "24 answered, 16 in doubt", then: "24 answered, 16 in doubt", said: "unreadable"},
	})
}

func addRows(add func(geminitest.Call, map[geminitest.Fault]misfortune)) {
	settled := func(reason string) misfortune {
		text := counts(map[string]int{"answered": 29, reason: 11})
		return misfortune{first: text, then: text}
	}
	lost := func(said string) misfortune {
		text := "29 answered, 11 in doubt"
		return misfortune{first: text, then: text, said: said}
	}
	want := map[geminitest.Fault]misfortune{
		geminitest.RowError: {said: "11 without an answer"}, geminitest.RowStatus: {said: "11 without an answer"},
		geminitest.MissingRow: lost("11 of its 40 requests are not mentioned"), geminitest.TwiceRow: {said: "11 there twice"},
		geminitest.UnknownKey: lost("11 of its 40 requests are not mentioned"), geminitest.NoKey: lost("11 of its 40 requests are not mentioned"),
		geminitest.BadLine:    lost("11 lines of its output are unreadable"),
		geminitest.AllThought: settled("MAX_TOKENS"), geminitest.Blocked: settled("prompt blocked"), geminitest.Empty: settled("empty"),
		geminitest.NoContent: settled("empty"), geminitest.NoCandidates: settled("empty"), geminitest.NoFinish: settled("no finish reason"),
	}
	for _, f := range []geminitest.Fault{geminitest.Safety, geminitest.Recitation, geminitest.Prohibited, geminitest.Language, geminitest.Blocklist,
		geminitest.SPII, geminitest.Other, geminitest.MaxTokens, geminitest.Continuation} {
		want[f] = settled(string(f))
	}
	for f, m := range want {
		m.rules = rows(f, 0, false)
		want[f] = m
	}
	for _, f := range geminitest.FaultsOf(geminitest.Row) {
		if _, ok := want[f]; !ok {
			want[f] = misfortune{rules: rows(f, 0, false)}
		}
	}
	add(geminitest.Row, want)
}

// Whatever goes wrong, nothing is lost, nothing gets another's answer, and nothing is paid for twice but what the service
// itself has lost. What is in doubt is answered when the user has said that there is no job.
func TestMisfortunes(t *testing.T) {
	for name, m := range misfortunes() {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			m.befalls(t)
		})
	}
}

func (m misfortune) befalls(t *testing.T) {
	w := newWorld(t, m.rules...)
	g := w.machine()
	err := w.send(t.Context(), g, questions(0, asked))
	told := w.notes()
	if err != nil {
		told += err.Error()
	}
	if first := counts(count(t, g, 0, asked)); first != cmp.Or(m.first, all) {
		t.Errorf("after one apply: %s\n%s", first, told)
	}
	if (err != nil) != (m.first == open) || !strings.Contains(told, m.said) {
		t.Errorf("told %q, want %q", told, m.said)
	}
	if err := w.server.SetFaults(geminitest.Plan{}); err != nil {
		t.Fatal(err)
	}
	g = w.machine()
	if err := w.send(t.Context(), g, questions(0, asked)); err != nil {
		t.Error(err)
	}
	then := counts(count(t, g, 0, asked))
	if then != cmp.Or(m.then, all) {
		t.Errorf("after two applies: %s\n%s", then, w.notes())
	}
	if then == all && !slices.ContainsFunc(m.rules, func(r geminitest.Rule) bool { return r.Call == geminitest.Row }) {
		w.wantAnswers(g, 0, asked)
	}
	bill := w.server.Bill()
	t.Logf("%-26s -> %-26s billed %d, lost %d", cmp.Or(m.first, all), then, bill.Batch.Requests, bill.Batch.Lost)
	if twice := bill.Batch.Requests - bill.Distinct(); twice != 0 {
		t.Errorf("%d were billed again, and %d lost", twice, bill.Batch.Lost)
	}
	if strings.Contains(m.then, "in doubt") {
		w.forgetAll(g)
		g = w.machine()
		if err := w.send(t.Context(), g, questions(0, asked)); err != nil {
			t.Error(err)
		}
		if last := counts(count(t, g, 0, asked)); last != all {
			t.Errorf("after the jobs in doubt were forgotten: %s", last)
		}
	} else {
		w.wantPaidOnce(g)
	}
}

// forgetAll says that no open job exists.
func (w *world) forgetAll(g *batch.Gateway) {
	w.t.Helper()
	for _, j := range w.jobs(g) {
		if !j.Open() {
			continue
		}
		if err := g.GiveUpJob(w.t.Context(), j, "by hand"); err != nil {
			w.t.Error(err)
		}
	}
}

func counts(n map[string]int) string {
	var text []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		text = append(text, fmt.Sprint(n[k], " ", k))
	}
	return strings.Join(text, ", ")
}
