package gemini_test

import (
	"errors"
	"testing"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/gemini"
)

// What passes is told to those who wait and try again by what they know; what does not pass is no trouble, but the end.
func TestAFailureThatPassesIsATrouble(t *testing.T) {
	tokens := `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentPaidTierInputTokensPerModelPerMinute"}]}`
	day := `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}`
	soon := `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"47s"}`
	for name, c := range map[string]struct {
		reply   func() *service
		class   model.TroubleClass // 0 = none
		tokens  bool
		wait    time.Duration
		resets  bool
		nothing bool // certainly nothing was done
	}{
		"minute":    {func() *service { return serve(t, fails(429, "RESOURCE_EXHAUSTED", soon)) }, model.MinuteQuota, false, 47 * time.Second, false, true},
		"tokens":    {func() *service { return serve(t, fails(429, "RESOURCE_EXHAUSTED", tokens)) }, model.MinuteQuota, true, 0, false, true},
		"day":       {func() *service { return serve(t, fails(429, "RESOURCE_EXHAUSTED", day, soon)) }, model.DayQuota, false, 47 * time.Second, true, true},
		"overload":  {func() *service { return serve(t, fails(503, "UNAVAILABLE")) }, model.Overloaded, false, 0, false, false},
		"lost":      {func() *service { return serve(t, hangsUp) }, model.Lost, false, 0, false, false},
		"cut":       {func() *service { return serve(t, breaksOff(`{"candidates":[`)) }, model.Lost, false, 0, false, false},
		"no sense":  {func() *service { return serve(t, says(200, "<html>")) }, model.Lost, false, 0, false, false},
		"wrong key": {func() *service { return serve(t, fails(401, "UNAUTHENTICATED")) }, 0, false, 0, false, true},
		"not found": {func() *service { return serve(t, fails(404, "NOT_FOUND")) }, 0, false, 0, false, true},
	} {
		_, _, err := c.reply().client(t, gemini.Gemini).Generate(t.Context(), ask())
		var trouble *model.Trouble
		if errors.As(err, &trouble) != (c.class != 0) {
			t.Errorf("%s: %v is a trouble, or should be", name, err)
			continue
		}
		if c.class != 0 && (trouble.Class != c.class || trouble.Tokens != c.tokens || trouble.Wait != c.wait || trouble.Reset.IsZero() == c.resets) {
			t.Errorf("%s: %#v", name, trouble)
		}
		if f, _ := failure(t, err); f.NothingDone() != c.nothing {
			t.Errorf("%s: nothing was done: %v", name, f.NothingDone())
		}
	}
}
