package gemini

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// failed makes a failure of a reply that is no success, by its status and typed details, never by the words of its text.
func (c *Client) failed(r *http.Request, resp *http.Response, body []byte) *Failure {
	s := readStatus(body)
	f := &Failure{
		Class: classOf(resp.StatusCode, s), Status: resp.StatusCode, Code: c.clean(s.Status), Message: c.clean(s.Message), provider: c.opt.Provider,
		Wait: cmp.Or(s.wait(), retryAfter(resp.Header, c.opt.Now())), Quota: c.clean(s.quota()), Lost: mayBeDone(resp.StatusCode),
	}
	if f.Class == DailyQuota {
		f.Resets = nextDay(c.opt.Now())
	}
	f.advice = c.advice(f, r)
	return f
}

// precondition is the service's word for a country, a billing account or a job that does not allow what is asked.
const precondition = "FAILED_PRECONDITION"

func classOf(status int, s serviceStatus) Class {
	switch {
	case status == http.StatusTooManyRequests && strings.Contains(s.quota(), "PerDay"):
		return DailyQuota
	case status == http.StatusTooManyRequests:
		return RateLimit
	case status == http.StatusRequestTimeout, status == http.StatusConflict && s.Status == "ABORTED", status == 499, status == http.StatusTooEarly,
		status >= 500 && status != http.StatusNotImplemented:
		return Unavailable
	case status == http.StatusUnauthorized, s.hasReason("API_KEY_INVALID", "API_KEY_EXPIRED", "ACCESS_TOKEN_EXPIRED"):
		return KeyRefused
	case status == http.StatusBadRequest && s.Status == precondition, status == http.StatusForbidden, status == http.StatusPaymentRequired, status == http.StatusProxyAuthRequired:
		return Forbidden
	case status == http.StatusNotFound, status == http.StatusGone:
		return NotFound
	case status == http.StatusRequestEntityTooLarge:
		return Unanswerable
	case status >= 400 && status < 500:
		return BadRequest
	}
	return Unsupported
}

// mayBeDone tells whether a reply with that status leaves open that the request was carried out.
func mayBeDone(status int) bool {
	return status >= 500 || status == http.StatusRequestTimeout || status == 499 || status < 400
}

func (c *Client) advice(f *Failure, r *http.Request) string {
	switch f.Class {
	case KeyRefused:
		if c.opt.Provider == Vertex {
			return credentialsAdvice
		}
		return "the API key is not accepted; check it where it is set, or make a new one"
	case Forbidden:
		if strings.Contains(r.URL.Path, "/files/") {
			return "the file is gone, or another key's: files are kept for 48 hours"
		}
		return "the key or account may not do this; check its permissions, its billing, its country, and that the API is enabled"
	case NotFound:
		return fmt.Sprintf("nothing is known as %s; check the name, and that this key or project can see it", resourceOf(r))
	case BadRequest:
		if strings.HasSuffix(r.URL.Path, ":generateContent") {
			return settingsAdvice
		}
	}
	return ""
}

const settingsAdvice = "check the model's settings: name, thinkingLevel, maxOutputTokens, temperature"

// resourceOf names what was asked for, without the query.
func resourceOf(r *http.Request) string {
	_, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// broken makes a failure of a request without a reply. An error of ctx stays what it is.
func (c *Client) broken(ctx context.Context, err error, sent bool) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &Failure{Class: Broken, Message: c.clean(err.Error()), Lost: sent, provider: c.opt.Provider}
}

// unreadable makes a failure of a reply that says that all is well and makes no sense.
func (c *Client) unreadable(what string) *Failure {
	return &Failure{Class: Unreadable, Status: http.StatusOK, Message: c.clean(what), Lost: true, provider: c.opt.Provider}
}

// settle makes sure that an error of a call is a *Failure or an error of ctx. What did not come from the transport is a
// reply that broke off or could not be read: it had been sent.
func (c *Client) settle(ctx context.Context, err error) error {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if syntax, kind := (*json.SyntaxError)(nil), (*json.UnmarshalTypeError)(nil); errors.As(err, &syntax) || errors.As(err, &kind) {
		return c.unreadable(err.Error())
	}
	return c.broken(ctx, err, true)
}

// nextDay is when daily quotas begin anew: midnight in Los Angeles.
func nextDay(now time.Time) time.Time {
	there, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		there = time.FixedZone("PST", -8*60*60) // at most an hour late
	}
	y, m, d := now.In(there).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, there)
}
