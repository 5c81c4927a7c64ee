package geminitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A refusal is an answer that is an error: a google.rpc.Status, or a page of HTML.
type refusal struct {
	status  int
	word    string // "RESOURCE_EXHAUSTED"
	message string
	details []any
	html    bool
}

const (
	invalid     = "INVALID_ARGUMENT"
	missing     = "NOT_FOUND"
	forbidden   = "PERMISSION_DENIED"
	exhausted   = "RESOURCE_EXHAUSTED"
	noPassport  = "UNAUTHENTICATED"
	typeURL     = "type.googleapis.com/google.rpc."
	quotaAdvice = "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: " +
		"https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. "
)

func refuse(status int, word, format string, args ...any) *refusal {
	return &refusal{status: status, word: word, message: fmt.Sprintf(format, args...)}
}

// because adds a detail to the error.
func (f *refusal) because(kind string, fields map[string]any) *refusal {
	fields["@type"] = typeURL + kind
	f.details = append(f.details, fields)
	return f
}

// failure is the emulator's own: its disk is full, or something of that kind.
func failure(err error) *refusal {
	return refuse(http.StatusInternalServerError, "INTERNAL", "the emulator failed: %v", err)
}

func badRequest(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, invalid, format, args...)
}

// badField is how the service refuses a field that it does not know, or whose value it cannot read.
func badField(field, format string, args ...any) *refusal {
	f := badRequest(format, args...)
	return f.because("BadRequest", map[string]any{
		"fieldViolations": []any{map[string]string{"field": field, "description": f.message}},
	})
}

// quota is a 429. The service's own name of the quota says whether it is one of a minute or of a day. A wait of 0 comes
// without RetryInfo. Vertex AI never tells which quota it is, nor when to come back.
func quota(a asked, metric, id string, limit int, wait time.Duration) *refusal {
	if a.vertex {
		return refuse(http.StatusTooManyRequests, exhausted, "Resource exhausted. Please try again later. Please refer to "+
			"https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.")
	}
	metric = "generativelanguage.googleapis.com/" + metric
	text := fmt.Sprintf("%s\n* Quota exceeded for metric: %s, limit: %d, model: %s", quotaAdvice, metric, limit, a.model)
	if wait > 0 {
		text += fmt.Sprintf("\nPlease retry in %vs.", wait.Seconds())
	}
	f := refuse(http.StatusTooManyRequests, exhausted, "%s", text)
	f.because("Help", map[string]any{"links": []any{map[string]string{
		"description": "Learn more about Gemini API quotas", "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
	}}})
	f.because("QuotaFailure", map[string]any{"violations": []any{map[string]any{
		"quotaMetric": metric, "quotaId": id, "quotaValue": strconv.Itoa(limit),
		"quotaDimensions": map[string]string{"location": "global", "model": a.model},
	}}})
	if wait > 0 {
		f.because("RetryInfo", map[string]any{"retryDelay": strconv.Itoa(int((wait+time.Second-1)/time.Second)) + "s"})
	}
	return f
}

// body of the answer.
func (f *refusal) body() []byte {
	if f.html {
		return fmt.Appendf(nil, "<!DOCTYPE html>\n<html lang=en>\n<title>Error %d (%s)!!1</title>\n<p><b>%d.</b> <ins>That’s an error.</ins>\n<p>%s\n",
			f.status, http.StatusText(f.status), f.status, f.message)
	}
	inner := map[string]any{"code": f.status, "message": f.message, "status": f.word}
	if len(f.details) > 0 {
		inner["details"] = f.details
	}
	text, err := json.MarshalIndent(map[string]any{"error": inner}, "", "  ")
	if err != nil {
		return []byte(err.Error())
	}
	return append(text, '\n')
}

// rowCode is the number that stands for the error in the results of a batch job.
func (f *refusal) rowCode() int {
	codes := map[string]int{invalid: 3, "DEADLINE_EXCEEDED": 4, missing: 5, forbidden: 7, exhausted: 8, "INTERNAL": 13, "UNAVAILABLE": 14}
	return codes[f.word]
}
