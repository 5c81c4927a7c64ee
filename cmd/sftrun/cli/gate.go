package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/steps/model"
)

// askAbove is the number of paid requests of a step that are sent without asking.
const askAbove = 100

// gate stands before requests that cost money.
type gate struct {
	project *project
	flags   applyFlags
	stop    <-chan struct{}
	pause   func(func()) // runs a function while nothing else is written
	stated  *stated      // by the saved plan that is applied; nil without one

	forsaken bool // answers lie in another store: then few requests are asked about too

	mu     sync.Mutex
	likely float64 // USD that this apply has let through, as expected
}

// errNobodyToAsk is the refusal to spend money where nobody can be asked.
var errNobodyToAsk = errors.New("paid requests have to be sent, and nobody can be asked, as the input is no terminal.  Agree beforehand with --yes, or leave them out with --free")

// admissible refuses an apply at its start that could only fail later, after work was done.
func (p *project) admissible(ctx context.Context, f applyFlags, planned func(context.Context) (*runner.Plan, error)) error {
	if f.free {
		return nil
	}
	paid, err := p.costs()
	if err != nil || !paid {
		return err
	}
	plan, err := planned(ctx)
	if err != nil {
		return err
	}
	keyless, err := p.keyless(plan)
	if err != nil {
		return err
	}
	_, many := mayAsk(plan)
	switch {
	case len(keyless) > 0:
		return fmt.Errorf("%s\nTo run all that needs no model: %s", strings.Join(keyless, "\n"), p.againWithout("yes", "apply", "--free"))
	case many && !f.yes && !isTerminal(p.In):
		return errNobodyToAsk
	}
	return nil
}

// mayAsk tells whether an apply may put questions, and whether they may be so many that somebody has to agree.
func mayAsk(plan *runner.Plan) (asks, many bool) {
	for _, s := range plan.Steps {
		if !s.AsksAny || s.Verdict == runner.Cached {
			continue
		}
		asks = asks || s.Asks == nil || s.Asks.New > 0
		most := s.MostRows
		if s.Asks != nil {
			most = s.Asks.New
		}
		many = many || most < 0 || most > askAbove
	}
	return asks, many
}

// confirm decides whether the questions of a step are sent. It may ask the user.
func (g *gate) confirm(ctx context.Context, step string, asks runner.Asks) (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.withinLimits(ctx, asks); err != nil {
		return false, err
	}
	beyond := g.stated.compare(step, asks)
	agreed := g.flags.yes && beyond != abovePrice || asks.New <= askAbove && beyond == withinPlan && !g.forsaken
	if !agreed && !isTerminal(g.project.In) {
		return false, g.nobody(step, asks)
	}
	var err error
	if !agreed {
		g.pause(func() { agreed, err = g.ask(ctx, step, asks) })
	}
	if agreed {
		g.likely += asks.Likely
		g.stated.agree(step, asks)
	}
	return agreed, err
}

// withinLimits refuses what is expected to pass the pipeline's limits.
func (g *gate) withinLimits(ctx context.Context, asks runner.Asks) error {
	limits := g.project.pipeline.Limits
	if err := g.withinLimit("costPerApply", limits.CostPerApply, g.likely, asks); err != nil || limits.CostInAll == nil {
		return err
	}
	_, inAll, err := g.project.gateway.Spent(ctx, "")
	if err != nil {
		return err
	}
	return g.withinLimit("costInAll", limits.CostInAll, inAll, asks)
}

func (g *gate) withinLimit(name string, limit *float64, before float64, asks runner.Asks) error {
	if limit == nil || asks.Free {
		return nil
	}
	at, _ := g.project.pipeline.Position("limits." + name)
	if !asks.Priced {
		return fmt.Errorf("no price is known for the model, so limits.%s cannot be kept (%s).  Take the limit out to send all the same", name, at)
	}
	if before+asks.Likely <= *limit {
		return nil
	}
	return fmt.Errorf("%s would cost about $%s%s, which passes limits.%s: %s (%s).  Raise it, or try fewer rows: %s",
		figures.Of(asks.New, "request"), figures.USD(before+asks.Likely), with(before), name, figures.Limit(*limit), at, g.project.again("apply", "--max-rows", "N"))
}

// with says what of a sum was spent or agreed to before.
func with(before float64) string {
	if before == 0 {
		return ""
	}
	return " with the $" + figures.USD(before) + " before"
}

// overBudget says of an apply that stopped at a limit where the limit stands and what to do.
func (p *project) overBudget(err error) error {
	var over *model.OverBudget
	if !errors.As(err, &over) {
		return err
	}
	at, _ := p.pipeline.Position("limits." + over.Limit)
	if over.Next == 0 {
		return fmt.Errorf("%w (%s).  Give its price in a file (setting prices), or take the limit out", err, at)
	}
	return fmt.Errorf("%w (%s).  What is answered is kept.  To go on: raise it, or lower maxOutputTokens, by which the most is reckoned; then %s", err, at, p.again("apply"))
}

// ask puts the question on the terminal. The answer may never come: then the end of the apply ends the waiting.
func (g *gate) ask(ctx context.Context, step string, asks runner.Asks) (bool, error) {
	fmt.Fprintf(g.project.Err, "\n%s%s  Send? [y/N] ", g.stated.remark(step, asks), g.question(step, asks))
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(g.project.In).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case a := <-answer:
		return a == "y" || a == "yes", nil
	case <-g.stop:
		return false, runner.ErrStopped
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

func (g *gate) question(step string, a runner.Asks) string {
	text := fmt.Sprintf("%s: %s new %s, %s already paid.", step, figures.Count(a.New), plural("request", a.New), figures.Count(a.Answered))
	if !a.Priced {
		return text + "  Cost unknown."
	}
	text += fmt.Sprintf("  About $%s (%s–%s)", figures.USD(a.Likely), figures.USD(a.Least), figures.USD(a.Most))
	if limit := g.project.pipeline.Limits.CostPerApply; limit != nil {
		text += ", limit $" + figures.Limit(*limit)
	}
	return text + "."
}
