package blob

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// failure says what an answer other than success means, and closes it.
func (c *gcsCloud) failure(r *http.Response) error {
	if r.StatusCode/100 == 2 {
		return nil
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10)) // what cannot be read is explained by the number
	message := gcsMessage(text)
	f := &failure{kind: gcsKind(r.StatusCode, message), after: retryAfter(r.Header)}
	f.text = oneLine(fmt.Sprintf("%d %s: %s", r.StatusCode, http.StatusText(r.StatusCode), message))
	if advice := c.advice(r.StatusCode, message); advice != "" && f.kind == other {
		f.kind, f.text = setup, advice
	}
	return f
}

// gcsMessage is the message of an error in JSON, or else its text.
func gcsMessage(text []byte) string {
	var answer struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
		}
	}
	if json.Unmarshal(text, &answer) != nil || answer.Error.Message == "" {
		return string(text)
	}
	if len(answer.Error.Errors) > 0 {
		return answer.Error.Errors[0].Reason + ": " + answer.Error.Message
	}
	return answer.Error.Message
}

func gcsKind(number int, message string) kind {
	limited := number == http.StatusForbidden && strings.Contains(strings.ToLower(message), "ratelimitexceeded")
	corrupted := number == http.StatusBadRequest && strings.Contains(strings.ToLower(message), "crc32c")
	if limited || corrupted {
		return passing
	}
	return statusKind(number)
}

func (c *gcsCloud) advice(number int, message string) string {
	switch number {
	case http.StatusUnauthorized:
		return "the Google credentials are not accepted or have expired; run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"
	case http.StatusForbidden:
		return "the Google credentials do not give the right to this (" + oneLine(message) + "); the store needs the role Storage Object User on the bucket"
	}
	return ""
}
