package geminitest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
)

// still is a clock that only moves when told to.
func still() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }

// retryDelay reads what RetryInfo says, "" if there is none.
func retryDelay(err error) string {
	e := genai.APIError{}
	if !errors.As(err, &e) {
		return ""
	}
	for _, d := range e.Details {
		if delay, ok := d["retryDelay"].(string); ok {
			return delay
		}
	}
	return ""
}

// Requests and tokens of any 60 seconds are limited, and a 429 tells when to come back; on Vertex AI it does not.
func TestLimitsOfAMinute(t *testing.T) {
	for name, l := range map[string]geminitest.Limits{
		"GenerateRequestsPerMinutePerProjectPerModel":         {RequestsPerMinute: 3},
		"GenerateContentPaidTierInputTokensPerModelPerMinute": {TokensPerMinute: 130},
	} {
		s := start(t, geminitest.Options{Limits: l, Now: still})
		client := gemini(t, s.URL(), apiKey)
		for i := range 3 {
			if _, err := say(client, t.Context(), prompt(i)); err != nil {
				t.Fatal(name, err)
			}
			advance(t, s, 10*time.Second)
		}
		_, err := say(client, t.Context(), prompt(3))
		if code(err) != 429 || !strings.Contains(err.Error(), name) || retryDelay(err) != "30s" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := say(gemini(t, s.URL(), "another project"), t.Context(), prompt(3)); err != nil {
			t.Errorf("%s: another project: %v", name, err)
		}
		advance(t, s, 30*time.Second)
		if _, err := say(client, t.Context(), prompt(3)); err != nil {
			t.Errorf("%s: when it said: %v", name, err)
		}
		if _, err := say(client, t.Context(), prompt(4)); code(err) != 429 || retryDelay(err) != "10s" {
			t.Errorf("%s: one more: %v", name, err)
		}
	}
	s := start(t, geminitest.Options{Limits: geminitest.Limits{RequestsPerMinute: 1}, Now: still})
	client := express(t, s.URL(), apiKey)
	say(client, t.Context(), prompt(1))
	if _, err := say(client, t.Context(), prompt(2)); code(err) != 429 || retryDelay(err) != "" || strings.Contains(err.Error(), "Quota") {
		t.Errorf("on Vertex AI: %v", err)
	}
}

// A day ends at midnight in Los Angeles, and a restart does not begin a new one.
func TestLimitOfADay(t *testing.T) {
	o := geminitest.Options{Dir: t.TempDir(), Limits: geminitest.Limits{RequestsPerDay: 2}, Now: still}
	s := start(t, o)
	for i := range 2 {
		if _, err := say(gemini(t, s.URL(), apiKey), t.Context(), prompt(i)); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	s = start(t, o)
	client := gemini(t, s.URL(), apiKey)
	if _, err := say(client, t.Context(), prompt(3)); code(err) != 429 || !strings.Contains(err.Error(), "PerDay") {
		t.Errorf("the third: %v", err)
	}
	advance(t, s, 22*time.Hour)
	if _, err := say(client, t.Context(), prompt(3)); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

// Jobs are limited by number and by the tokens that wait in them.
func TestLimitsOfJobs(t *testing.T) {
	for name, l := range map[string]geminitest.Limits{"ConcurrentBatchJobsPerProject": {Jobs: 2}, "BatchEnqueuedTokensPerModel": {EnqueuedTokens: 500}} {
		s := start(t, geminitest.Options{Limits: l, Jobs: hours})
		client := gemini(t, s.URL(), apiKey)
		for i := range 2 {
			send(t, client, fmt.Sprint(i), lines(2))
		}
		if _, err := trySend(t.Context(), client, "too much", lines(2)); code(err) != 429 || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		advance(t, s, 3*time.Hour)
		if _, err := trySend(t.Context(), client, "now", lines(2)); err != nil {
			t.Errorf("%s: when the others have ended: %v", name, err)
		}
	}
}
