package cli

import (
	"fmt"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// A bound says how the questions of a step compare with what a saved plan stated.
type bound int

const (
	withinPlan bound = iota // no more than it stated; or there is no saved plan
	aboveMost               // more than a waiting step could put, as far as it knew
	abovePrice              // more, or dearer, than it stated for a step that it priced
)

// stated is what a saved plan stated of questions, and what was agreed to since.
type stated struct {
	plan   *saved
	agreed map[string]runner.Asks // by step
}

func statedBy(s *saved) *stated {
	if s == nil {
		return nil
	}
	return &stated{plan: s, agreed: map[string]runner.Asks{}}
}

// compare questions, with those agreed to before, to what was stated of a step.
func (s *stated) compare(step string, asks runner.Asks) bound {
	if s == nil {
		return withinPlan
	}
	was := s.step(step)
	sum := s.sum(step, asks)
	switch {
	case was.Asks != nil && (sum.New > was.Asks.New || dearer(sum, *was.Asks)):
		return abovePrice
	case was.Asks == nil && was.MostRows >= 0 && sum.New > was.MostRows:
		return aboveMost
	}
	return withinPlan
}

// dearer tells whether questions may cost more than others.
func dearer(a, than runner.Asks) bool {
	const rounding = 1e-5 // USD; sums are rounded, see runner.Asks
	return !a.Free && than.Free || !a.Priced && than.Priced || a.Most > than.Most+rounding || a.Likely > than.Likely+rounding
}

func (s *stated) step(name string) runner.StepPlan {
	for _, step := range s.plan.Plan.Steps {
		if step.Name == name {
			return step
		}
	}
	return runner.StepPlan{MostRows: -1}
}

func (s *stated) sum(step string, asks runner.Asks) runner.Asks {
	before := s.agreed[step]
	asks.New += before.New
	asks.Likely += before.Likely
	asks.Most += before.Most
	return asks
}

// agree remembers what was agreed to.
func (s *stated) agree(step string, asks runner.Asks) {
	if s != nil {
		s.agreed[step] = s.sum(step, asks)
	}
}

// remark says, before it is asked, that more is asked for than a saved plan stated.
func (s *stated) remark(step string, asks runner.Asks) string {
	switch s.compare(step, asks) {
	case aboveMost:
		return fmt.Sprintf("This is more than %s stated (at most %s).\n", s.plan.name, figures.Of(s.step(step).MostRows, "row"))
	case abovePrice:
		return fmt.Sprintf("This is more than %s stated (%s).\n", s.plan.name, requestsAndCost(*s.step(step).Asks))
	}
	return ""
}

// requestsAndCost is what a plan stated of the questions of a step.
func requestsAndCost(a runner.Asks) string {
	text := figures.Of(a.New, "request")
	switch {
	case a.Free:
		return text + ", no cost"
	case !a.Priced:
		return text + ", cost unknown"
	}
	return fmt.Sprintf("%s, about $%s (%s–%s)", text, figures.USD(a.Likely), figures.USD(a.Least), figures.USD(a.Most))
}

// nobody is the refusal to send what nobody has agreed to.
func (g *gate) nobody(step string, asks runner.Asks) error {
	if g.stated.compare(step, asks) != abovePrice {
		return errNobodyToAsk
	}
	s := g.stated.plan
	return fmt.Errorf("%s  That is more than %s stated (%s), so --yes does not agree to it.  Nothing of it was sent.  Plan again: %s",
		g.question(step, asks), s.name, requestsAndCost(*g.stated.step(step).Asks), g.project.again("plan", "-o", s.name))
}
