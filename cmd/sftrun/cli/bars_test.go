package cli

import (
	"bytes"
	"strings"
	"testing"

	"sftrun.local/runner"
)

func TestBarsShowWhatIsUnderWayAndGo(t *testing.T) {
	var screen bytes.Buffer
	b := newBars(&screen, 9)
	b.event(runner.Event{What: runner.Began, Step: "filter", Actions: 4})
	b.event(runner.Event{What: runner.Did, Step: "filter", Actions: 2, Rows: 3000})
	b.draw()
	if want := "  filter      ████████████░░░░░░░░░░░░   2 of 4 parts\n"; !strings.HasSuffix(screen.String(), want) {
		t.Errorf("got %q, want it to end with %q", screen.String(), want)
	}

	screen.Reset()
	b.above("a line")
	if want := "\x1b[1A\x1b[Ja line\n"; !strings.HasPrefix(screen.String(), want) {
		t.Errorf("got %q, want it to begin with %q", screen.String(), want)
	}

	b.event(runner.Event{What: runner.Sent, Step: "filter", Answered: 1388, Questions: 2000, USD: 4.16})
	if got, want := b.of("filter").String(), "1,388 of 2,000 answered   $4.16"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}

	screen.Reset()
	b.event(runner.Event{What: runner.Ended, Step: "filter"})
	if want := "\x1b[1A\x1b[J"; screen.String() != want {
		t.Errorf("at the end: got %q, want %q", screen.String(), want)
	}
}

func TestABarNeverGoesBack(t *testing.T) {
	b := newBars(&bytes.Buffer{}, 9)
	b.event(runner.Event{What: runner.Began, Step: "transform", Actions: 2, Rows: 2000})
	events := []runner.Event{}
	for _, questions := range []int{2000, 40} { // the second round asks again for what was no good
		for n := 1; n <= questions; n++ {
			events = append(events, runner.Event{What: runner.Sent, Answered: n, Questions: questions})
		}
	}
	for n := 1; n <= 3; n++ { // the last part turns up late
		events = append(events, runner.Event{What: runner.Did, Actions: n, Rows: 1000})
	}
	full := 0
	for _, e := range events {
		e.Step = "transform"
		b.event(e)
		now := strings.Count(b.of("transform").String(), "█")
		if now < full {
			t.Fatalf("after %+v: %d of %d, before it %d", e, now, barWidth, full)
		}
		full = now
	}
	if full != barWidth {
		t.Errorf("at the end %d of %d", full, barWidth)
	}
	if got, want := b.of("transform").String(), "2,040 answered, 3 of 3 parts written"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
}

func TestABarKeepsToOneLine(t *testing.T) {
	var screen bytes.Buffer
	b := newBars(&screen, 9)
	b.columns = func() int { return 30 }
	b.event(runner.Event{What: runner.Began, Step: "transform", Actions: 2})
	if line := strings.TrimSuffix(screen.String(), "\n"); len([]rune(line)) != 29 {
		t.Errorf("%q takes %d columns of 30", line, len([]rune(line)))
	}
}
