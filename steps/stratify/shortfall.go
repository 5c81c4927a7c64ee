package stratify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"sftrun.local/steps"
)

// mostListed is how many strata an error lists.
const mostListed = 12

// checkQuotas finds shares that name no stratum, and quotas and a target that are not reached.
func (d drawing) checkQuotas(there, quotas map[string]int) error {
	for _, stratum := range slices.Sorted(maps.Keys(d.Shares)) {
		if err := d.checkShare(stratum, there); err != nil {
			return err
		}
	}
	drawable := sum(quotas)
	if drawable >= d.Target || d.Shortfall == shortfallAllow {
		return nil
	}
	return steps.Mistake("target", "%s rows wanted, only %s.  Lower the target, let more rows in, or shortfall: \"allow\"",
		comma(d.Target), drawableText(drawable, there, quotas))
}

// checkShare finds a share of a stratum that is not there or too small. A cap or a weight of one that is not there has
// no effect, which is wrong only if its name looks like a mistake: it is near to one that is there and has no share.
func (d drawing) checkShare(stratum string, there map[string]int) error {
	rows, found := there[stratum]
	quota := d.Shares[stratum].Quota
	short := quota != nil && rows < *quota && d.Shortfall == shortfallFail
	meant := nearest(stratum, d.unnamed(there))
	path := steps.FieldPath("shares", stratum)
	switch {
	case len(there) == 0:
		return nil // the target tells
	case !found && (short || meant != ""):
		return steps.Mistake(path, "no such stratum%s  Found: %s", proposal(meant), list(there))
	case short:
		return steps.Mistake(path+".quota", "%s rows wanted, only %s came in.  Lower the quota, let more rows "+
			`in, or shortfall: "allow"`, comma(*quota), comma(rows))
	}
	return nil
}

// unnamed lists the strata that have no share of their own.
func (d drawing) unnamed(there map[string]int) []string {
	var names []string
	for _, stratum := range slices.Sorted(maps.Keys(there)) {
		if _, named := d.Shares[stratum]; !named {
			names = append(names, stratum)
		}
	}
	return names
}

// drawableText says how many rows there are, and which strata have how many.
func drawableText(drawable int, there, quotas map[string]int) string {
	switch came := sum(there); {
	case came == 0:
		return "0 rows came in"
	case drawable < came:
		return fmt.Sprintf("%s of the %s rows that came in can be drawn by these shares (%s)",
			comma(drawable), comma(came), list(quotas))
	default:
		return fmt.Sprintf("%s rows came in (%s)", comma(came), list(there))
	}
}

// list names strata with their rows, the largest first.
func list(strata map[string]int) string {
	names := slices.Sorted(maps.Keys(strata))
	slices.SortStableFunc(names, func(a, b string) int { return strata[b] - strata[a] })
	var listed []string
	for _, name := range names[:min(len(names), mostListed)] {
		listed = append(listed, name+" "+comma(strata[name]))
	}
	if more := len(names) - len(listed); more > 0 {
		listed = append(listed, fmt.Sprintf("and %s more", comma(more)))
	}
	return strings.Join(listed, ", ")
}

// nearest returns which of several names was probably meant by another one, at most a third of which differs, or "".
func nearest(name string, names []string) string {
	best, least := "", len([]rune(name))/3+1
	for _, other := range names {
		if d := distance([]rune(name), []rune(other)); d <= least {
			best, least = other, d-1
		}
	}
	return best
}

// proposal ends a sentence about a name that is not there with the question whether another one was meant, if any.
func proposal(meant string) string {
	if meant == "" {
		return "."
	}
	return fmt.Sprintf("; did you mean %q?", meant)
}

// distance is the number of letters to insert, delete or replace to turn a into b (Levenshtein, 1966), by the method
// of Wagner and Fischer (1974), which needs one row of the table at a time.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replace := diagonal
			if x != y {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func sum(rows map[string]int) int {
	n := 0
	for _, rows := range rows {
		n += rows
	}
	return n
}

func comma(n int) string { return humanize.Comma(int64(n)) }
