package blob

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// statusKind is what the number of an answer means, on any service.
func statusKind(number int) kind {
	switch number {
	case http.StatusNotFound:
		return absent
	case http.StatusPreconditionFailed:
		return refused
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests:
		return passing
	case http.StatusNotImplemented:
		return other
	}
	if number >= 500 {
		return passing
	}
	return other
}

// unreachable is the failure of a request that was not answered. Its text leaves out the address, which is long.
func unreachable(err error) *failure {
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return &failure{kind: passing, text: oneLine(err.Error())}
}

// retryAfter is how long a service asks to wait before the next try, in seconds or until a time.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	return max(until.Sub(now), 0)
}
