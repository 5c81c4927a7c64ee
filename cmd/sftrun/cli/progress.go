package cli

import (
	"fmt"
	"sync"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// progress tells what happens in an apply: a line for each step that is done, above bars where there is a terminal.
// With --json it writes the events instead, with --quiet nothing.
type progress struct {
	project *project
	began   map[string]bool // steps that had to run
	width   int             // of the longest name

	mu   sync.Mutex // held while something is written
	bars *bars      // nil without a terminal
}

func newProgress(p *project) *progress {
	s := &progress{project: p, began: map[string]bool{}}
	for _, step := range p.pipeline.Steps {
		s.width = max(s.width, len(step.Name))
	}
	if isTerminal(p.Out) && !p.json && !p.quiet {
		s.bars = newBars(p.Out, s.width)
	}
	return s
}

// event takes in one event. The runner calls it from one goroutine.
func (s *progress) event(e runner.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
		if s.began[e.Step] || s.project.verbose {
			s.line("  %-*s   %s", s.width, e.Step, s.ended(*e.Report))
		}
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

// ended says what a step has done.
func (s *progress) ended(r runner.StepReport) string {
	if !s.began[r.Name] {
		return s.project.paint(faint, "cached") + "   " + figures.Of(r.Tally.Out, "row")
	}
	return s.project.paint(green, "done") + "   " + tallyOf(r.Tally) + "   " + figures.Span(seconds(r.Seconds))
}

// pause runs a function while nothing else is written, and without bars.
func (s *progress) pause(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bars != nil {
		s.bars.clear()
	}
	f()
}

// end takes the bars away.
func (s *progress) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bars != nil {
		s.bars.clear()
	}
}
