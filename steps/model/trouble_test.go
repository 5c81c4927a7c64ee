package model_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"sftrun.local/steps/model"
)

func TestTroubleIsToldFromOthersByItsType(t *testing.T) {
	err := fmt.Errorf("ask model m: %w", &model.Trouble{Class: model.Lost, Detail: "1 kB of 2 kB", Err: io.ErrUnexpectedEOF})
	var trouble *model.Trouble
	if !errors.As(err, &trouble) || trouble.Class != model.Lost || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v is not known for what it is", err)
	}
	for _, c := range []struct {
		trouble model.Trouble
		want    string
	}{
		{model.Trouble{Class: model.Lost, Detail: "1 kB of 2 kB"}, "reply lost: 1 kB of 2 kB"},
		{model.Trouble{Class: model.MinuteQuota}, "too many requests"},
		{model.Trouble{Class: model.MinuteQuota, Tokens: true}, "too many tokens"},
		{model.Trouble{Class: model.DayQuota, Detail: "RequestsPerDay"}, "daily quota spent: RequestsPerDay"},
		{model.Trouble{Class: model.Overloaded, Detail: "503"}, "overloaded: 503"},
	} {
		if got := c.trouble.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// Also on the days on which clocks are changed, which are an hour shorter or longer.
func TestPacificMidnight(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-24T07:59:59Z": "2026-11-24T08:00:00Z",
		"2026-11-24T08:00:00Z": "2026-11-25T08:00:00Z",
		"2026-07-01T00:00:00Z": "2026-07-01T07:00:00Z",
		"2026-03-08T08:00:00Z": "2026-03-09T07:00:00Z",
		"2026-11-01T07:00:00Z": "2026-11-02T08:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := model.PacificMidnight(at).UTC().Format(time.RFC3339); got != want {
			t.Errorf("after %s: got %s, want %s", now, got, want)
		}
	}
}
