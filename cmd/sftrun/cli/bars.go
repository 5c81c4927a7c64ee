package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/term"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// bars are the last lines of a terminal, one for each step under way. They are drawn anew as events come in, not more
// often than people can read.
type bars struct {
	out   io.Writer
	width int // of the longest name

	columns func() int // of the terminal, 0 if that is not known; nil knows nothing

	steps []*bar
	lines int // on the screen now
	drawn time.Time
}

// bar is one step under way. Its questions may come in rounds, as a reply can lead to another question.
type bar struct {
	name       string
	began      time.Time
	done, all  int // actions
	rows       int
	round      round // the one under way
	before     round // all that are over
	firstReply time.Time
	furthest   float64 // share of the work that has been shown as done
}

// round counts questions.
type round struct {
	answered, questions int
	usd                 float64
}

const (
	redrawEvery = 100 * time.Millisecond
	barWidth    = 24
)

func newBars(out io.Writer, width int) *bars { return &bars{out: out, width: width} }

// event takes in what has happened to a step.
func (b *bars) event(e runner.Event) {
	switch e.What {
	case runner.Began:
		b.steps = append(b.steps, &bar{name: e.Step, began: time.Now(), all: e.Actions})
	case runner.Ended:
		b.drop(e.Step)
		b.draw()
		return
	}
	if s := b.of(e.Step); s != nil {
		s.take(e)
	}
	if time.Since(b.drawn) >= redrawEvery {
		b.draw()
	}
}

func (s *bar) take(e runner.Event) {
	switch e.What {
	case runner.Did:
		s.done = e.Actions
		s.all = max(s.all, s.done)
		s.rows += e.Rows
	case runner.Sent:
		if s.firstReply.IsZero() {
			s.firstReply = time.Now()
		}
		if e.Answered <= s.round.answered {
			s.before = s.asked()
		}
		s.round = round{e.Answered, e.Questions, e.USD}
	}
}

// asked counts the questions of all rounds.
func (s *bar) asked() round {
	return round{s.before.answered + s.round.answered, s.before.questions + s.round.questions, s.before.usd + s.round.usd}
}

// share of the work that is done, between 0 and 1. An action that is done counts whole, and the answers that are there
// count as most of the work of the others: what is left then is to write their rows. More may turn up to be done, but
// what was once shown is not taken back.
func (s *bar) share() float64 {
	const asking = 0.9
	share := 0.0
	if s.all > 0 {
		share = float64(s.done) / float64(s.all)
	}
	if r := s.asked(); r.questions > 0 {
		share += (1 - share) * asking * float64(r.answered) / float64(r.questions)
	}
	s.furthest = max(s.furthest, share)
	return s.furthest
}

func (b *bars) of(step string) *bar {
	for _, s := range b.steps {
		if s.name == step {
			return s
		}
	}
	return nil
}

func (b *bars) drop(step string) {
	for i, s := range b.steps {
		if s.name == step {
			b.steps = append(b.steps[:i], b.steps[i+1:]...)
			return
		}
	}
}

// above writes a line above the bars.
func (b *bars) above(text string) {
	b.clear()
	fmt.Fprintln(b.out, text)
	b.draw()
}

// clear takes the bars off the screen: up to the first of their lines, then erase all below (ECMA-48, CUU and ED).
func (b *bars) clear() {
	if b.lines > 0 {
		fmt.Fprintf(b.out, "\x1b[%dA\x1b[J", b.lines)
		b.lines = 0
	}
}

func (b *bars) draw() {
	b.clear()
	for _, s := range b.steps {
		fmt.Fprintln(b.out, b.cut(fmt.Sprintf("  %-*s   %s", b.width, s.name, s)))
	}
	b.lines, b.drawn = len(b.steps), time.Now()
}

// cut shortens a line to what the terminal shows on one.
func (b *bars) cut(line string) string {
	if b.columns == nil {
		return line
	}
	if runes := []rune(line); b.columns() > 0 && len(runes) >= b.columns() {
		return string(runes[:b.columns()-1])
	}
	return line
}

// columnsOf a terminal.
func columnsOf(out any) func() int {
	return func() int {
		f, ok := out.(interface{ Fd() uintptr })
		if !ok {
			return 0
		}
		n, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0
		}
		return n
	}
}

// String is the bar as it is drawn.
func (s *bar) String() string {
	text := drawBar(s.share()) + "   "
	r := s.asked()
	switch {
	case r.answered < r.questions:
		return text + fmt.Sprintf("%s of %s answered", figures.Count(r.answered), figures.Count(r.questions)) + spent(r) + left(s.firstReply, r.answered, r.questions)
	case r.questions > 0:
		return text + fmt.Sprintf("%s answered, %s of %s written", figures.Count(r.answered), figures.Count(s.done), figures.Of(s.all, "part")) + spent(r)
	}
	text += fmt.Sprintf("%s of %s", figures.Count(s.done), figures.Of(s.all, "part"))
	if took := time.Since(s.began); s.rows > 0 && took > time.Second {
		text += fmt.Sprintf("   %s rows/s", figures.Count(int(float64(s.rows)/took.Seconds())))
	}
	return text + left(s.began, s.done, s.all)
}

func spent(r round) string {
	if r.usd == 0 {
		return ""
	}
	return "   $" + figures.USD(r.usd)
}

func drawBar(share float64) string {
	full := min(barWidth, int(barWidth*share))
	return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
}

// left says how long it may still take, once there is something to tell it from.
func left(began time.Time, done, all int) string {
	took := time.Since(began)
	if done == 0 || done >= all || took < 3*time.Second {
		return ""
	}
	return "   about " + figures.Span(time.Duration(float64(took)*float64(all-done)/float64(done))) + " left"
}
