package runner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sftrun.local/steps"
)

// effects tells how two plans differ where nothing that they rest on is found to have moved: results that an apply made
// which recorded no run, answers that another pipeline paid for, prices, lost objects.
func effects(s, now *SavedPlan) []Move {
	var moves []Move
	for _, step := range s.Plan.Steps {
		is := now.Plan.step(step.Name)
		if is == nil {
			moves = append(moves, Move{Text: fmt.Sprintf("steps.%s is not in the plan now", step.Name)})
			continue
		}
		moves = append(moves, stepMoves(step, *is, s.step(step.Name), now.step(step.Name))...)
	}
	moves = append(moves, publishMoves(s.Plan, now.Plan)...)
	if len(moves) > 0 || bytes.Equal(essence(s.Plan), essence(now.Plan)) {
		return moves
	}
	return []Move{{Text: "the plan says something else of: " + strings.Join(apart(s.Plan, now.Plan), ", ")}}
}

// stepMoves tells how the plan of a step differs.
func stepMoves(was, is StepPlan, basis, nowBasis *StepBasis) []Move {
	name := "steps." + was.Name
	switch {
	case was.Verdict != is.Verdict:
		return []Move{moveOf(name+":", was.Verdict, is.Verdict)}
	case basis == nil || nowBasis == nil:
		return []Move{{Text: name + " is not what it was"}}
	case basis.Symbol != nowBasis.Symbol || basis.Digest != nowBasis.Digest:
		return []Move{{Text: name + " works on other data than it did", Old: digest12(basis.Symbol), New: digest12(nowBasis.Symbol)}}
	case !slices.Equal(basis.Run, nowBasis.Run):
		return []Move{{Text: fmt.Sprintf("%s: %s", name, partsApart(basis.Run, nowBasis.Run))}}
	}
	return asksMoves(name, was.Asks, is.Asks)
}

// partsApart tells how the actions to execute differ.
func partsApart(was, is []string) string {
	made, lost := missingFrom(is, was), missingFrom(was, is)
	switch {
	case lost == 0:
		return fmt.Sprintf("%d of %s made since", made, count(len(was), "part"))
	case made == 0:
		return count(lost, "part") + " to make that was there"
	}
	return fmt.Sprintf("%d made since, and %d to make that were there", made, lost)
}

// missingFrom counts the entries of all that a list does not have.
func missingFrom(list, all []string) int {
	has := map[string]bool{}
	for _, s := range list {
		has[s] = true
	}
	n := 0
	for _, s := range all {
		if !has[s] {
			n++
		}
	}
	return n
}

// asksMoves tells how the questions of a step differ, and what they cost.
func asksMoves(name string, was, is *Asks) []Move {
	switch {
	case was == nil || is == nil:
		if was != is {
			return []Move{{Text: name + ": whether it asks a model is not what it was"}}
		}
		return nil
	case was.New != is.New || was.Answered != is.Answered || was.Refused != is.Refused:
		return []Move{moveOf(name+":", was.counts(), is.counts())}
	case *was != *is:
		return []Move{moveOf(name+": the cost is estimated anew:", was.cost(), is.cost())}
	}
	return nil
}

func (a *Asks) counts() string {
	text := fmt.Sprintf("%s, %s answered", count(a.New, "new request"), thousands(a.Answered))
	if a.Refused > 0 {
		text += fmt.Sprintf(", %s settled as failed", thousands(a.Refused))
	}
	return text
}

func (a *Asks) cost() string {
	switch {
	case a.Free:
		return "free"
	case !a.Priced:
		return "unknown"
	}
	return fmt.Sprintf("$%.6g (%.6g–%.6g), %s tokens in, %s out", a.Likely, a.Least, a.Most, thousands(a.TokensIn), thousands(a.TokensOut))
}

// publishMoves tells which published files stand otherwise than they did, or will be written anew or not.
func publishMoves(was, is *Plan) []Move {
	before, now := map[string]string{}, map[string]string{}
	for _, f := range was.Publish {
		before[f.File] = f.Why
	}
	for _, f := range is.Publish {
		now[f.File] = f.Why
	}
	var moves []Move
	for _, file := range sortedKeys(merged(before, now)) {
		if before[file] != now[file] {
			moves = append(moves, moveOf(file+":", cmp.Or(before[file], "current"), cmp.Or(now[file], "current")))
		}
	}
	return moves
}

// essence is a plan without what may differ between two that are the same: the commit, places in files that a comment
// shifts, warnings, the states of addresses, which pinMoves tells, and the order in which steps are written.
func essence(p *Plan) []byte {
	e := *p
	e.Git, e.Warnings = "", nil
	e.Steps, e.Publish = slices.Clone(p.Steps), slices.Clone(p.Publish)
	for i := range e.Steps {
		e.Steps[i].Taking = nil
		e.Steps[i].Reasons = slices.Clone(e.Steps[i].Reasons)
		for k := range e.Steps[i].Reasons {
			e.Steps[i].Reasons[k].At = ""
		}
	}
	slices.SortFunc(e.Steps, func(a, b StepPlan) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Publish, func(a, b Publish) int { return strings.Compare(a.File, b.File) })
	return steps.Encode(e)
}

// apart names what two plans say something else of: steps, or fields of the plan as a whole.
func apart(a, b *Plan) []string {
	var names []string
	for _, step := range a.Steps {
		if is := b.step(step.Name); is != nil && !bytes.Equal(essence(&Plan{Steps: []StepPlan{step}}), essence(&Plan{Steps: []StepPlan{*is}})) {
			names = append(names, "steps."+step.Name)
		}
	}
	var x, y map[string]json.RawMessage
	if len(names) > 0 || json.Unmarshal(essence(a), &x) != nil || json.Unmarshal(essence(b), &y) != nil {
		return names
	}
	for _, name := range sortedKeys(merged(x, y)) {
		if !bytes.Equal(x[name], y[name]) {
			names = append(names, name)
		}
	}
	return names
}
