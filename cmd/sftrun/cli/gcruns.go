package cli

import (
	"fmt"
	"slices"
	"strings"

	"sftrun.local/runner"
)

// lastRuns lists the runs that are kept as the last ones, those of other pipelines by name.
func (p *project) lastRuns(runs []runner.KeptRun) string {
	var of runsOf
	for _, r := range runs {
		if r.Last && r.Pipeline == p.pipeline.Name {
			of.add(r.Variant, r.Run)
		} else if r.Last {
			of.add(strings.TrimSpace("of "+r.Pipeline+" "+r.Variant), r.Run)
		}
	}
	return of.String()
}

// lostRuns lists the runs that lose data, those of other pipelines by name.
func (p *project) lostRuns(runs []runner.LostRun) string {
	var of runsOf
	for _, r := range runs {
		if r.Pipeline == p.pipeline.Name {
			of.add("", r.Run)
		} else {
			of.add("of "+r.Pipeline, r.Run)
		}
	}
	return of.String()
}

// runsOf are runs by what they are of, in the order in which they were added.
type runsOf struct {
	order []string
	runs  map[string][]int
}

func (o *runsOf) add(of string, run int) {
	if o.runs == nil {
		o.runs = map[string][]int{}
	}
	if o.runs[of] == nil {
		o.order = append(o.order, of)
	}
	o.runs[of] = append(o.runs[of], run)
}

// String is "runs 1–3, run 4 of other".
func (o *runsOf) String() string {
	var all []string
	for _, of := range o.order {
		all = append(all, strings.TrimSpace(runsInWords(slices.Sorted(slices.Values(o.runs[of])))+" "+of))
	}
	return strings.Join(all, ", ")
}

// runsInWords lists numbers of runs in order: "run 3", "runs 1–4, 7".
func runsInWords(runs []int) string {
	var spans []string
	for i := 0; i < len(runs); {
		j := i
		for j+1 < len(runs) && runs[j+1] == runs[j]+1 {
			j++
		}
		span := fmt.Sprint(runs[i])
		if j > i {
			span += fmt.Sprintf("–%d", runs[j])
		}
		spans = append(spans, span)
		i = j + 1
	}
	if len(runs) == 1 {
		return "run " + spans[0]
	}
	return "runs " + strings.Join(spans, ", ")
}
