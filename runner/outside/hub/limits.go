package hub

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// limits remembers until when the Hub wants no requests of a group, so that all who would ask wait, not only the one
// who was told. The groups are those of its rate limits.
type limits struct {
	mu    sync.Mutex
	until map[string]time.Time
}

const (
	groupAPI     = "api"
	groupResolve = "resolvers"
)

// note takes what an answer of the Hub says of a group: how long to wait, or that nothing is left until the window ends.
func (l *limits) note(group string, resp *http.Response) {
	wait := askedWait(resp)
	if resp.StatusCode != http.StatusTooManyRequests {
		if left, reset, ok := rateLimit(resp.Header.Get("RateLimit")); ok && left == 0 {
			wait = reset
		}
	}
	if wait <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.until == nil {
		l.until = map[string]time.Time{}
	}
	l.until[group] = time.Now().Add(wait)
}

// wait returns how long to wait before the next request of a group.
func (l *limits) wait(group string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(time.Until(l.until[group]), 0)
}

// askedWait returns how long a busy server asks to wait: Retry-After in seconds or as a date, else the rest of the window
// in RateLimit. 0 if it asks for nothing.
func askedWait(resp *http.Response) time.Duration {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	after := resp.Header.Get("Retry-After")
	if s, err := strconv.ParseFloat(after, 64); err == nil && s >= 0 {
		return seconds(s)
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(time.Until(at), 0)
	}
	_, reset, _ := rateLimit(resp.Header.Get("RateLimit"))
	return reset
}

// rateLimit reads `"resolvers";r=0;t=55`: how many requests are left, and how long until they are counted anew.
func rateLimit(header string) (left int, reset time.Duration, ok bool) {
	first, _, _ := strings.Cut(header, ",")
	hasLeft, hasReset := false, false
	for _, item := range strings.Split(first, ";")[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n < 0:
		case name == "r":
			left, hasLeft = n, true
		case name == "t":
			reset, hasReset = seconds(float64(n)), true
		}
	}
	return left, reset, hasLeft && hasReset
}

// seconds is a duration that cannot overflow.
func seconds(s float64) time.Duration {
	return time.Duration(math.Min(s, 1e9) * float64(time.Second))
}
