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
