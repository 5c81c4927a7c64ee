package stratify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
)

// mostListed is how many strata an error lists.
const mostListed = 12

// checkQuotas finds shares that name no stratum, and quotas and a target that are not reached.
func (d drawing) checkQuotas(there, quotas map[string]int) error {
	for _, stratum := range slices.Sorted(maps.Keys(d.Shares)) {
		if _, found := there[stratum]; !found && len(there) > 0 {
			return fieldError(sharePath(stratum), "no such stratum%s.  Found: %s", suggestion(stratum, there), list(there))
		}
		quota := d.Shares[stratum].Quota
		if quota != nil && there[stratum] < *quota && d.Shortfall == shortfallFail {
			return fieldError(sharePath(stratum)+".quota", "%s rows wanted, only %s came in.  Lower the quota, let more rows "+
				`in, or shortfall: "allow"`, comma(*quota), comma(there[stratum]))
		}
	}
	drawable := sum(quotas)
	if drawable >= d.Target || d.Shortfall == shortfallAllow {
		return nil
	}
	return fieldError("target", "%s rows wanted, only %s.  Lower the target, let more rows in, or shortfall: \"allow\"",
		comma(d.Target), drawableText(drawable, there, quotas))
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

// suggestion asks whether the stratum nearest to a name was meant, if one is near: at most a third of it differs.
func suggestion(name string, strata map[string]int) string {
	nearest, least := "", len([]rune(name))/3+1
	for _, stratum := range slices.Sorted(maps.Keys(strata)) {
		if d := distance([]rune(name), []rune(stratum)); d <= least {
			nearest, least = stratum, d-1
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", nearest)
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
