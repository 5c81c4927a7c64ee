package batch_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"sftrun.local/steps/model/geminitest"
)

// A misfortune is one way in which a service fails, and what must come of it.
type misfortune struct {
	name  string
	rules []geminitest.Rule
	// first is how the questions stand after an apply, then after it is repeated without the misfortune.
	first, then string
	note        string // what the user was told, a part of it
	lost        int    // answers that the service billed and lost
}

const asked = 40

func rule(c geminitest.Call, f geminitest.Fault, change ...func(*geminitest.Rule)) []geminitest.Rule {
	r := geminitest.Rule{Call: c, Faults: []geminitest.Fault{f}}
	for _, f := range change {
		f(&r)
	}
	return []geminitest.Rule{r}
}

func nth(n ...int) func(*geminitest.Rule)      { return func(r *geminitest.Rule) { r.Nth = n } }
func tries(n int) func(*geminitest.Rule)       { return func(r *geminitest.Rule) { r.Tries = n } }
func rate(part float64) func(*geminitest.Rule) { return func(r *geminitest.Rule) { r.Rate = part } }
func code(n int) func(*geminitest.Rule)        { return func(r *geminitest.Rule) { r.Code = n } }
func wait(d time.Duration) func(*geminitest.Rule) {
	return func(r *geminitest.Rule) { r.Wait = geminitest.Span(d) }
}

const all = "40 answered"

var misfortunes = []misfortune{
	{name: "none", first: all},
}

func TestMisfortunes(t *testing.T) {
	var table strings.Builder
	for _, c := range geminitest.Calls() {
		switch c {
		case geminitest.Job, geminitest.Row, geminitest.Create, geminitest.GetJob, geminitest.Upload, geminitest.Chunk, geminitest.Download, geminitest.ListJobs:
		default:
			continue
		}
		for _, f := range geminitest.FaultsOf(c) {
			if f == geminitest.Slow || f == geminitest.Stalled {
				continue
			}
			change := tries(1)
			if c == geminitest.Row {
				change = func(r *geminitest.Rule) { r.Tries = 1; r.Rate = 0.3 }
			} else if c != geminitest.Job {
				change = nth(1)
			}
			w := newWorld(t, rule(c, f, change)...)
			g := w.machine()
			err := w.send(t.Context(), g, questions(0, asked))
			first := counts(count(t, g, 0, asked))
			if err := w.server.SetFaults(geminitest.Plan{}); err != nil {
				t.Fatal(err)
			}
			g2 := w.machine()
			err2 := w.send(t.Context(), g2, questions(0, asked))
			bill := w.server.Bill()
			fmt.Fprintf(&table, "%-9s %-14s %-40s -> %-40s billed %d lost %d twice %d viol %v err %v %v\n      %s", c, f, first, counts(count(t, g2, 0, asked)), bill.Batch.Requests, bill.Batch.Lost, len(bill.PaidTwice()), w.server.Violations(), err, err2, strings.ReplaceAll(w.notes(), "\n", "\n      "))
			fmt.Fprintln(&table)
		}
	}
	t.Log("\n" + table.String())
}

func counts(n map[string]int) string {
	var text []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		text = append(text, fmt.Sprint(n[k], " ", k))
	}
	return strings.Join(text, ", ")
}
