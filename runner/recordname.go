package runner

import (
	"fmt"
	"strings"
)

const recordPrefix = "actions/"

func (r *Record) name() string { return recordName(r.Pieces.Key(), r.Attempt) }

// recordName of an action. A later attempt at an action of which rows had failed has a name of its own, since a
// record is never replaced.
func recordName(key string, attempt int) string {
	return attemptName(recordPrefix+key[:2]+"/"+key[2:], attempt)
}

// attemptName is the name of the record of a later attempt, made of that of the first.
func attemptName(first string, attempt int) string {
	if attempt == 0 {
		return first
	}
	return fmt.Sprintf("%s.%d", first, attempt)
}

// splitAttempt takes the name of a record apart.
func splitAttempt(name string) (first string, attempt int) {
	first, digits, later := strings.Cut(name, ".")
	if later {
		fmt.Sscan(digits, &attempt)
	}
	return first, attempt
}

// attemptBefore is the name of the record of the attempt before, "" if there was none.
func attemptBefore(name string) string {
	first, attempt := splitAttempt(name)
	if attempt == 0 {
		return ""
	}
	return attemptName(first, attempt-1)
}

// recordShape tells whether a name is one that the record of an action or a manifest may have.
func recordShape(name string) bool {
	first, attempt := splitAttempt(name)
	_, rest, _ := strings.Cut(first, "/")
	key := strings.Replace(rest, "/", "", 1)
	_, ok := sumOf(key)
	return ok && (name == recordName(key, attempt) || name == manifestName(key))
}
