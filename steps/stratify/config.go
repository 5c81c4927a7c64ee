package stratify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"sftrun.local/steps"
)

// Words of the field "shortfall".
const (
	shortfallFail  = "fail"
	shortfallAllow = "allow"
)

// config is the whole config of a step; kind.cue says what its fields mean.
type config struct {
	Target    int              `json:"target"`
	By        []divider        `json:"by"`
	Shares    map[string]share `json:"shares"`
	Shortfall string           `json:"shortfall"`
	Seed      int64            `json:"seed"`
}

// A divider is a field that divides rows into strata.
type divider struct {
	Field string    `json:"field"`
	Edges []float64 `json:"edges,omitempty"` // rising; none = by value
}

// A share is what one stratum gets. Nil fields are not set.
type share struct {
	Quota  *int     `json:"quota,omitempty"`  // rows, whatever the others get
	Weight *float64 `json:"weight,omitempty"` // share of the rest, 1 if not set
	Cap    *int     `json:"cap,omitempty"`    // most rows
}

// noting is the config of a candidates action.
type noting struct {
	Op   string    `json:"op"`
	By   []divider `json:"by"`
	Seed int64     `json:"seed"`
}

// drawing is the config of the merge.
type drawing struct {
	Op        string           `json:"op"`
	By        []divider        `json:"by"`
	Target    int              `json:"target"`
	Shares    map[string]share `json:"shares,omitempty"`
	Shortfall string           `json:"shortfall"`
	Seed      int64            `json:"seed"`
}

// validate finds what is wrong with a config whatever the rows.
func (c *config) validate() error {
	if c.Target < 1 {
		return steps.Mistake("target", "%d rows cannot be drawn; want at least 1", c.Target)
	}
	if c.Shortfall != shortfallFail && c.Shortfall != shortfallAllow {
		return steps.Mistake("shortfall", `%q is not known; write "fail" or "allow"`, c.Shortfall)
	}
	for i, d := range c.By {
		if err := d.validate(fmt.Sprintf("by[%d]", i)); err != nil {
			return err
		}
	}
	return c.validateShares()
}

func (d divider) validate(path string) error {
	if d.Field == "" {
		return steps.Mistake(path+".field", "is empty; write the name of a field of the rows")
	}
	if len(d.Edges) == 1 {
		return steps.Mistake(path+".edges", "one edge makes no range; write at least two")
	}
	for i := 1; i < len(d.Edges); i++ {
		if d.Edges[i] <= d.Edges[i-1] {
			return steps.Mistake(path+".edges", "%s follows %s; write them rising", number(d.Edges[i]), number(d.Edges[i-1]))
		}
	}
	return nil
}

// validateShares finds shares that contradict each other or the target.
func (c *config) validateShares() error {
	fixed := 0
	for _, stratum := range slices.Sorted(maps.Keys(c.Shares)) {
		s := c.Shares[stratum]
		if err := s.validate(steps.FieldPath("shares", stratum)); err != nil {
			return err
		}
		if s.Quota != nil {
			fixed += *s.Quota
		}
	}
	if fixed > c.Target {
		return steps.Mistake("shares", "the quotas add up to %s rows, more than the target of %s; lower one of them or raise "+
			"the target", comma(fixed), comma(c.Target))
	}
	return nil
}

func (s share) validate(path string) error {
	switch {
	case s.Quota != nil && *s.Quota < 0:
		return steps.Mistake(path+".quota", "%d is less than 0", *s.Quota)
	case s.Cap != nil && *s.Cap < 0:
		return steps.Mistake(path+".cap", "%d is less than 0", *s.Cap)
	case s.Weight != nil && (*s.Weight < 0 || *s.Weight > maxWeight):
		return steps.Mistake(path+".weight", "%s is not between 0 and %d", number(*s.Weight), maxWeight)
	case s.Weight != nil && *s.Weight > 0 && *s.Weight < weightUnit:
		return steps.Mistake(path+".weight", "%s is less than a billionth, the unit that weights count in; raise all weights "+
			"alike, or write 0 for none", number(*s.Weight))
	case s.Quota != nil && s.Weight != nil:
		return steps.Mistake(path+".weight", "has no effect, as quota fixes the number of rows; take one of them out")
	case s.Quota != nil && s.Cap != nil && *s.Cap < *s.Quota:
		return steps.Mistake(path+".cap", "%d is below the quota of %d; raise it, or take it out", *s.Cap, *s.Quota)
	}
	return nil
}

// number writes a number of the config or of a row the way people do, without an exponent.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
