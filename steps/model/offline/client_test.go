package offline

import (
	"context"
	"errors"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

var _ model.Client = Client{}

func TestGenerateRewritesTheInputAlone(t *testing.T) {
	r := model.Request{System: "Be terse.", User: "Rewrite this: We need to add 2 and 3.", Input: "We need to add 2 and 3."}
	a, from, err := Client{}.Generate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := "<steer>Add 2 and 3</steer>\n<exec>We need to add 2 and 3.</exec>"; a.Text != want {
		t.Errorf("got %s, want %s", a.Text, want)
	}
	if a.Finish != "STOP" || a.Usage != (model.Usage{}) {
		t.Errorf("finish %q, usage %+v", a.Finish, a.Usage)
	}
	if from != (model.Provenance{Provider: "offline", Version: "offline-1"}) {
		t.Errorf("provenance %+v", from)
	}
}

func TestGenerateTakesTheUserPromptWithoutInput(t *testing.T) {
	a, _, err := Client{}.Generate(context.Background(), model.Request{User: "We need to add 2 and 3."})
	if err != nil || a.Text != Rewrite("We need to add 2 and 3.") {
		t.Errorf("got %q, %v", a.Text, err)
	}
}

func TestGenerateRefusesBlankText(t *testing.T) {
	_, _, err := Client{}.Generate(context.Background(), model.Request{Input: " \n"})
	var refusal *steps.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != "empty" || refusal.Transient {
		t.Errorf("got %v", err)
	}
}

func TestGenerateObeysTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := (Client{}).Generate(ctx, model.Request{Input: "Text."}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
