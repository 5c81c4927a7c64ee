package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// bars are the last lines of a terminal, one for each step under way. They are drawn anew as events come in, not more
// often than people can read.
type bars struct {
	out   io.Writer
	width int // of the longest name
	steps []*bar
	lines int // on the screen now
	drawn time.Time
}

// bar is one step under way.
type bar struct {
	name       string
	began      time.Time
	done, all  int // actions
	rows       int
	answered   int
	questions  int
	usd        float64
	firstReply time.Time
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
		s.answered, s.questions, s.usd = e.Answered, e.Questions, e.USD
	}
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
		fmt.Fprintf(b.out, "  %-*s   %s\n", b.width, s.name, s)
	}
	b.lines, b.drawn = len(b.steps), time.Now()
}

// String is the bar as it is drawn.
func (s *bar) String() string {
	if s.answered > 0 && s.answered < s.questions {
		text := fmt.Sprintf("%s   %s of %s answered", drawBar(s.answered, s.questions), figures.Count(s.answered), figures.Count(s.questions))
		if s.usd > 0 {
			text += "   $" + figures.USD(s.usd)
		}
		return text + left(s.firstReply, s.answered, s.questions)
	}
	text := fmt.Sprintf("%s   %s of %s", drawBar(s.done, s.all), figures.Count(s.done), figures.Of(s.all, "part"))
	if took := time.Since(s.began); s.rows > 0 && took > time.Second {
		text += fmt.Sprintf("   %s rows/s", figures.Count(int(float64(s.rows)/took.Seconds())))
	}
	return text + left(s.began, s.done, s.all)
}

func drawBar(done, all int) string {
	full := 0
	if all > 0 {
		full = min(barWidth, barWidth*done/all)
	}
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
