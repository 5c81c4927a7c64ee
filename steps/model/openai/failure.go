package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A failure is a reply that ends all asking, unless it is invalid and others were not.
type failure struct {
	invalid bool
	text    string
	advice  string
}

func (f *failure) Error() string {
	if f.advice == "" {
		return "provider openai: " + f.text
	}
	return "provider openai: " + f.text + ": " + f.advice
}

// NothingDone tells that the request came to nothing, and was not billed.
func (f *failure) NothingDone() bool { return true }

// A complaint is what a server says of an error. OpenAI and most put it into "error"; vLLM and SGLang had it bare, others
// have a text there, and FastAPI puts a "detail".
type complaint struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	Code    word   `json:"code"`
}

func readComplaint(body []byte) complaint {
	var outer struct {
		complaint
		Error  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &outer) != nil {
		return complaint{Message: string(body)}
	}
	if bytes.HasPrefix(outer.Error, []byte("{")) {
		var inner complaint
		if json.Unmarshal(outer.Error, &inner) == nil {
			return inner
		}
	}
	for _, text := range []json.RawMessage{outer.Error, outer.Detail} {
		if outer.Message == "" && text != nil {
			outer.Message = string(text)
		}
	}
	return outer.complaint
}

// failed decides what a status means.
func (c *Client) failed(resp *http.Response, body []byte) error {
	s := readComplaint(body)
	f := &failure{text: strings.TrimSuffix(fmt.Sprintf("%d %s: %s", resp.StatusCode, c.clean(string(s.Code)), c.clean(s.Message)), ": ")}
	f.text = strings.Replace(f.text, " : ", ": ", 1)
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests && (s.Code == "insufficient_quota" || s.Type == "insufficient_quota"):
		f.advice = "the account has no money left; apply again when it has some"
	case status == http.StatusTooManyRequests:
		return &model.Trouble{Class: model.MinuteQuota, Wait: retryAfter(resp.Header, time.Now()), Tokens: s.Type == "tokens", Detail: f.text}
	case status >= 500 && status != http.StatusNotImplemented, status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly:
		return &model.Trouble{Class: model.Overloaded, Wait: retryAfter(resp.Header, time.Now()), Detail: f.text}
	case s.Code == "content_filter", s.Code == "content_policy_violation":
		return &steps.Refusal{Reason: "content_filter", Detail: f.text}
	case s.Code == "context_length_exceeded", status == http.StatusRequestEntityTooLarge:
		return &steps.Refusal{Reason: "too long", Detail: f.text}
	case status == http.StatusUnauthorized && c.key == "":
		f.advice = "the server wants a key: set OPENAI_API_KEY in the environment or in .env"
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		f.advice = "the server does not accept the key in OPENAI_API_KEY for this"
	case status == http.StatusNotFound:
		f.advice = "nothing is there; check baseURL, which mostly ends in /v1, and the name of the model"
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		f.invalid, f.advice = true, "check the model's settings: name, thinkingLevel, maxOutputTokens, temperature"
	default:
		f.advice = "this is not how a server of OpenAI's protocol answers; check baseURL"
	}
	return f
}

// retryAfter reads how long the server asks to be left alone: seconds, a date, or OpenAI's milliseconds.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 && ms < 1e9 {
		return time.Duration(ms * float64(time.Millisecond))
	}
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 && seconds < 1e6 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// A word is a text, or a number in its place.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, (*string)(w)) != nil {
		*w = "" // a number repeats the status
	}
	return nil
}

// clean makes a text of a server fit to be shown: on one line, not long, and without the key.
func (c *Client) clean(text string) string {
	if c.key != "" {
		text = strings.ReplaceAll(text, c.key, "(key)")
	}
	return oneLine(text)
}

// mostShown is how much of a text is shown, in letters.
const mostShown = 300

func oneLine(text string) string {
	if len(text) > 8*mostShown {
		text = text[:8*mostShown]
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	if letters := []rune(text); len(letters) > mostShown {
		return string(letters[:mostShown]) + "…"
	}
	return text
}
