package bucket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"sftrun.local/runner/access"
	"sftrun.local/runner/outside/ranges"
)

const googleLogin = "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"

// sign adds a token to a request. Without credentials it is that of a stranger.
func (c *gcsCloud) sign(ctx context.Context, r *http.Request) error {
	if c.token == nil || c.alone.Load() != nil {
		return nil
	}
	token, err := c.token(ctx)
	var none access.NoGoogleError
	var refusal *oauth2.RetrieveError
	switch {
	case err == nil:
		token.SetAuthHeader(r)
		return nil
	case errors.As(err, &none):
		why := ranges.OneLine(none.Error())
		c.alone.Store(&why)
		return nil
	case errors.As(err, &refusal) && (refusal.Response == nil || !ranges.Passes(refusal.Response.StatusCode)):
		return fmt.Errorf("the Google credentials are not accepted (%s) or have expired; %s", refusal.ErrorCode, googleLogin)
	case errors.As(err, &refusal):
		return &ranges.Passing{Text: "the service that gives tokens answered " + refusal.Response.Status}
	}
	return &ranges.Passing{Text: "no token came (" + ranges.OneLine(ranges.Bare(err).Error()) + ")"}
}

// failure says what an answer other than success means, and closes it.
func (c *gcsCloud) failure(r *http.Response, a asked) error {
	defer r.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10)) // what cannot be read is explained by the number
	reason, message := gcsMessage(text)
	where := a.in("gs")
	switch {
	case ranges.Passes(r.StatusCode) || strings.Contains(strings.ToLower(reason), "ratelimitexceeded"):
		return &ranges.Passing{Text: fmt.Sprintf("the service answered %d %s", r.StatusCode, http.StatusText(r.StatusCode)), Wait: ranges.RetryAfter(r.Header)}
	case a.reading && (r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusPreconditionFailed || r.StatusCode == http.StatusRequestedRangeNotSatisfiable):
		return ranges.Changed(where) // that generation is gone
	case r.StatusCode == http.StatusNotFound && (a.key == "" || strings.Contains(message, "bucket")):
		return fmt.Errorf("%s: there is no bucket %q; correct its name", where, a.bucket)
	case r.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: %w", where, errAbsent)
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden:
		return c.forbidden(r.StatusCode, message, a)
	}
	return fmt.Errorf("%s: the service answered %d %s: %s", where, r.StatusCode, http.StatusText(r.StatusCode), ranges.OneLine(message))
}

func (c *gcsCloud) forbidden(number int, message string, a asked) error {
	right := "storage.objects.get on it"
	if a.key == "" {
		right = "storage.objects.list on the bucket"
	}
	switch why := c.alone.Load(); {
	case why != nil:
		return fmt.Errorf("%s: strangers may not read it, and no Google credentials were found (%s); %s", a.in("gs"), *why, googleLogin)
	case number == http.StatusUnauthorized:
		return fmt.Errorf("%s: the Google credentials are not accepted or have expired; %s", a.in("gs"), googleLogin)
	}
	return fmt.Errorf("%s: the Google credentials do not give the right to read it (%s); they need %s, as the role Storage Object Viewer has it",
		a.in("gs"), ranges.OneLine(message), right)
}

// gcsMessage is the reason and the message of an error in JSON, or else its text.
func gcsMessage(text []byte) (reason, message string) {
	var answer struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
		}
	}
	if json.Unmarshal(text, &answer) != nil || answer.Error.Message == "" {
		return "", string(text)
	}
	if len(answer.Error.Errors) > 0 {
		reason = answer.Error.Errors[0].Reason
	}
	return reason, answer.Error.Message
}
