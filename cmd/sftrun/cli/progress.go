package cli

import (
	"fmt"
	"slices"
	"sync"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/schema"
)

// progress tells what happens in an apply: a line for each step that is done, above bars where there is a terminal.
// With --json it writes the events instead, with --quiet nothing.
type progress struct {
	project *project
	began   map[string]bool // steps that had to run
	ended   map[string]bool // steps whose end has been told
	waiting []runner.Event  // ends of steps to be told after those of the steps before them
	width   int             // of the longest name

	mu     sync.Mutex // held while something is written
	bars   *bars      // nil without a terminal
	paused bool
	held   []runner.Event // while paused
}

func newProgress(p *project) *progress {
	s := &progress{project: p, began: map[string]bool{}, ended: map[string]bool{}}
	for _, step := range p.pipeline.Steps {
		s.width = max(s.width, len(step.Name))
	}
	if isTerminal(p.Out) && !p.json && !p.quiet {
		s.bars = newBars(p.Out, s.width)
		s.bars.columns = columnsOf(p.Out)
	}
	return s
}

// event takes in one event. The runner calls it from one goroutine.
func (s *progress) event(e runner.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused {
		s.held = append(s.held, e)
		return
	}
	s.take(e)
}

func (s *progress) take(e runner.Event) {
	switch {
	case s.project.json:
		_ = s.project.printJSON(e) // a reader that went away does not end the work
	case s.project.quiet:
	default:
		s.tell(e)
	}
}

func (s *progress) tell(e runner.Event) {
	if s.bars != nil {
		s.bars.event(e)
	}
	switch e.What {
	case runner.Began:
		s.began[e.Step] = true
	case runner.Did:
		if s.project.verbose {
			s.line("  %-*s   %s   %s", s.width, e.Step, e.Label, figures.Of(e.Rows, "row"))
		}
	case runner.Ended:
		s.waiting = append(s.waiting, e)
		s.tellEnds()
	}
}

// tellEnds tells of the steps that have ended, each after those that it takes its rows from: a step may be through with
// them while their files are still being written.
func (s *progress) tellEnds() {
	for {
		i := slices.IndexFunc(s.waiting, func(e runner.Event) bool { return s.isNext(e.Step) })
		if i < 0 {
			return
		}
		s.tellEnd(s.waiting[i])
		s.waiting = slices.Delete(s.waiting, i, i+1)
	}
}

// isNext tells whether all steps have been told of that a step takes its rows from.
func (s *progress) isNext(name string) bool {
	for _, step := range s.project.pipeline.Steps {
		if step.Name == name {
			return !slices.ContainsFunc(step.Inputs, func(in schema.Input) bool { return !s.ended[in.Step] })
		}
	}
	return true
}

func (s *progress) tellEnd(e runner.Event) {
	s.ended[e.Step] = true
	if s.began[e.Step] || s.project.verbose {
		s.line("  %-*s   %s", s.width, e.Step, s.summary(*e.Report))
	}
}

func (s *progress) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.bars != nil {
		s.bars.above(text)
		return
	}
	s.project.printf("%s\n", text)
}

// summary says what a step has done.
func (s *progress) summary(r runner.StepReport) string {
	if !s.began[r.Name] {
		return s.project.paint(faint, "cached") + "   " + figures.Of(r.Tally.Out, "row")
	}
	text := s.project.paint(green, "done") + "   " + tallyOf(r.Tally)
	if asked := requestsOf(r); asked != "" {
		text += "   " + asked
	}
	return text + "   " + figures.Span(seconds(r.Seconds))
}

// requestsOf says how many questions of a step had to be sent, and how many had their answer already.
func requestsOf(r runner.StepReport) string {
	switch {
	case r.Asked > 0 && r.Answered > 0:
		return fmt.Sprintf("%s new, %s answered before", figures.Of(r.Asked, "request"), figures.Count(r.Answered))
	case r.Asked > 0:
		return figures.Of(r.Asked, "new request")
	case r.Answered > 0:
		return figures.Of(r.Answered, "request") + " answered before"
	}
	return ""
}

// pause runs a function while nothing else is written, and without bars. The work goes on meanwhile, as the function may
// wait for a person: what happens is told afterwards.
func (s *progress) pause(f func()) {
	s.hold(true)
	defer s.hold(false)
	f()
}

func (s *progress) hold(pause bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = pause
	if pause && s.bars != nil {
		s.bars.clear()
	}
	if !pause {
		for _, e := range s.held {
			s.take(e)
		}
		s.held = nil
	}
}

// end tells what is left to tell, and takes the bars away.
func (s *progress) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.waiting {
		s.tellEnd(e)
	}
	s.waiting = nil
	if s.bars != nil {
		s.bars.clear()
	}
}
