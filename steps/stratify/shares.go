package stratify

import (
	"maps"
	"slices"
)

// effective returns the shares that make a difference, each in the one way in which its effect is written. So what is
// written out without effect, a weight of 1 or a cap that is not below the target, redoes no draw.
func (c *config) effective() map[string]share {
	shares := map[string]share{}
	for stratum, s := range c.Shares {
		if s = s.effective(c.Target); s != (share{}) {
			shares[stratum] = s
		}
	}
	for _, stratum := range c.witnesses(shares) {
		shares[stratum] = share{}
	}
	return shares
}

// effective of one stratum. Whoever gets no rows gets none by quota, weight and cap alike, and a quota needs no cap.
func (s share) effective(target int) share {
	none := 0
	switch {
	case s.Weight != nil && *s.Weight == 0, s.Cap != nil && *s.Cap == 0:
		return share{Quota: &none}
	case s.Quota != nil:
		return share{Quota: s.Quota}
	}
	if s.Weight != nil && *s.Weight == 1 {
		s.Weight = nil
	}
	if s.Cap != nil && *s.Cap >= target {
		s.Cap = nil
	}
	return s
}

// witnesses lists the strata without a share of effect whose mere name has one: it tells that a name near to it is no
// slip of the pen (checkShare).
func (c *config) witnesses(shares map[string]share) []string {
	effective := slices.Sorted(maps.Keys(shares))
	var names []string
	for stratum := range c.Shares {
		if _, ok := shares[stratum]; !ok && slices.ContainsFunc(effective, func(name string) bool { return nearest(name, []string{stratum}) != "" }) {
			names = append(names, stratum)
		}
	}
	return names
}
