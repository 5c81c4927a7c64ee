package gemini

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A serviceStatus is Google's error model: https://google.aip.dev/193.
type serviceStatus struct {
	Code    number          `json:"code"`
	Message string          `json:"message"`
	Status  string          `json:"status"`
	Details []serviceDetail `json:"details"`
}

// A serviceDetail holds the fields of those details that are looked at; Type tells which it is.
type serviceDetail struct {
	Type       string `json:"@type"`
	Reason     string `json:"reason"`     // ErrorInfo
	RetryDelay string `json:"retryDelay"` // RetryInfo
	Violations []struct {
		QuotaID string `json:"quotaId"` // QuotaFailure
	} `json:"violations"`
}

// readStatus reads the body of an error: {"error":{…}}, the same in a list, or a page of a proxy, whose text is kept.
func readStatus(body []byte) serviceStatus {
	var one struct {
		Error *serviceStatus `json:"error"`
	}
	if json.Unmarshal(body, &one) == nil && one.Error != nil {
		return *one.Error
	}
	var list []struct {
		Error *serviceStatus `json:"error"`
	}
	if json.Unmarshal(body, &list) == nil && len(list) > 0 && list[0].Error != nil {
		return *list[0].Error
	}
	return serviceStatus{Message: string(body)}
}

func (s serviceStatus) of(kind string) []serviceDetail {
	return slices.DeleteFunc(slices.Clone(s.Details), func(d serviceDetail) bool { return !strings.HasSuffix(d.Type, "google.rpc."+kind) })
}

// wait is how long the service asks to wait, 0 if it does not.
func (s serviceStatus) wait() time.Duration {
	for _, d := range s.of("RetryInfo") {
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil && wait > 0 {
			return wait
		}
	}
	return 0
}

// quota is the id of the quota that is used up; that of the day, if there are several.
func (s serviceStatus) quota() (id string) {
	for _, d := range s.of("QuotaFailure") {
		for _, v := range d.Violations {
			if id == "" || strings.Contains(v.QuotaID, "PerDay") {
				id = v.QuotaID
			}
		}
	}
	return id
}

func (s serviceStatus) hasReason(any ...string) bool {
	return slices.ContainsFunc(s.of("ErrorInfo"), func(d serviceDetail) bool { return slices.Contains(any, d.Reason) })
}

// retryAfter reads the header of that name: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// A number is a JSON number, or one in a text, as the services write those of 64 bits. Anything else reads as 0.
type number int

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(text []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(text), `"`), 64)
	if err == nil && f > -1e15 && f < 1e15 {
		*n = number(f)
	}
	return nil
}
