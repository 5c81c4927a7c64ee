package gemini

import (
	"fmt"

	"sftrun.local/steps"
)

// rowCodes are those of google.rpc.Code: their names, and whether the same request may be answered later. A refusal of
// key or permission concerns the job and not the row.
var rowCodes = map[int]struct {
	name   string
	passes bool
}{
	1: {"CANCELLED", true}, 2: {"UNKNOWN", true}, 3: {"INVALID_ARGUMENT", false}, 4: {"DEADLINE_EXCEEDED", true}, 5: {"NOT_FOUND", false},
	6: {"ALREADY_EXISTS", false}, 7: {"PERMISSION_DENIED", true}, 8: {"RESOURCE_EXHAUSTED", true}, 9: {"FAILED_PRECONDITION", false},
	10: {"ABORTED", true}, 11: {"OUT_OF_RANGE", false}, 12: {"UNIMPLEMENTED", false}, 13: {"INTERNAL", true}, 14: {"UNAVAILABLE", true},
	15: {"DATA_LOSS", true}, 16: {"UNAUTHENTICATED", true},
}

// rowRefusal is the refusal of one row. A code of 100 or more is an HTTP status. Without a code, it may be tried again.
func (c *Client) rowRefusal(s serviceStatus) *steps.Refusal {
	code := int(s.Code)
	r := &steps.Refusal{Reason: "row failed", Detail: c.clean(s.Message), Transient: true}
	if known, ok := rowCodes[code]; ok {
		r.Reason, r.Transient = known.name, known.passes
	} else if code >= 100 {
		r.Reason, r.Transient = fmt.Sprintf("status %d", code), classOf(code, s).Passes()
	}
	return r
}
