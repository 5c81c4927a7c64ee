package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"sftrun.local/runner"
)

// paid are questions of which the likely cost is a cent each.
func paid(n int) runner.Asks {
	return runner.Asks{New: n, Answered: 1388, Priced: true, Least: float64(n) * 0.008, Likely: float64(n) * 0.01, Most: float64(n) * 0.02}
}

func gateFor(t *testing.T, f applyFlags, fields string) (*gate, *bytes.Buffer) {
	var shown bytes.Buffer
	p := &project{app: &app{Stdio: Stdio{In: strings.NewReader(""), Err: &shown}}, pipeline: pipelineOf(t, fields)}
	return &gate{project: p, flags: f, pause: func(f func()) { f() }}, &shown
}

func TestFewRequestsAreSentWithoutAsking(t *testing.T) {
	g, shown := gateFor(t, applyFlags{}, "")
	if ok, err := g.confirm(context.Background(), "transform", paid(askAbove)); !ok || err != nil {
		t.Errorf("%d requests: %v, %v", askAbove, ok, err)
	}
	if shown.Len() > 0 {
		t.Errorf("it was asked: %s", shown)
	}
}

func TestManyRequestsNeedSomebodyToAgree(t *testing.T) {
	g, _ := gateFor(t, applyFlags{}, "")
	if ok, err := g.confirm(context.Background(), "transform", paid(askAbove+1)); ok || !errors.Is(err, errNobodyToAsk) {
		t.Errorf("without a terminal: %v, %v", ok, err)
	}
	g, _ = gateFor(t, applyFlags{yes: true}, "")
	if ok, err := g.confirm(context.Background(), "transform", paid(askAbove+1)); !ok || err != nil {
		t.Errorf("with --yes: %v, %v", ok, err)
	}
}

func TestTheQuestionSaysWhatItCosts(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, "n\n": false, "\n": false, "": false} {
		g, shown := gateFor(t, applyFlags{}, "limits: costPerApply: 25")
		g.project.In = strings.NewReader(answer)
		agreed, err := g.ask(context.Background(), "transform", paid(612))
		if agreed != want || err != nil {
			t.Errorf("answer %q: %v, %v", answer, agreed, err)
		}
		if want := "\ntransform: 612 new requests, 1,388 already paid.  About $6.12 (4.90–12.24), limit $25.00.  Send? [y/N] "; shown.String() != want {
			t.Errorf("got  %q\nwant %q", shown, want)
		}
	}
}

func TestNobodyIsAskedForEver(t *testing.T) {
	g, _ := gateFor(t, applyFlags{}, "")
	never, feed := io.Pipe()
	defer feed.Close()
	g.project.In = never
	stop := make(chan struct{})
	close(stop)
	g.stop = stop
	if _, err := g.ask(context.Background(), "transform", paid(612)); !errors.Is(err, runner.ErrStopped) {
		t.Errorf("after Ctrl-C: %v", err)
	}
	g.stop = nil
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.ask(ctx, "transform", paid(612)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the second Ctrl-C: %v", err)
	}
}

func TestTheLimitHoldsOverAllSteps(t *testing.T) {
	g, _ := gateFor(t, applyFlags{yes: true}, "limits: costPerApply: 10")
	if ok, err := g.confirm(context.Background(), "first", paid(700)); !ok || err != nil {
		t.Fatalf("7 of 10 dollars: %v, %v", ok, err)
	}
	_, err := g.confirm(context.Background(), "second", paid(700))
	if err == nil || !strings.Contains(err.Error(), "about $14.00 with the $7.00 before, which passes limits.costPerApply: 10.00 (pipeline.cue:5:") {
		t.Errorf("14 of 10 dollars: %v", err)
	}
	unknown := paid(1)
	unknown.Priced = false
	if _, err := g.confirm(context.Background(), "third", unknown); err == nil {
		t.Error("requests without a price were sent in spite of a limit")
	}
}
