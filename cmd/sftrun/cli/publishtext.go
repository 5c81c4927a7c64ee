package cli

import (
	"fmt"

	"sftrun.local/runner"
)

// publishText says in a line what an apply would do, or did, with a published file that is not as it should be.
func (p *project) publishText(f runner.Publish, force bool) string {
	switch {
	case f.Why == runner.Missing:
		return fmt.Sprintf("%s is missing and will be written.\n", f.File)
	case f.Why == runner.Older:
		return fmt.Sprintf("%s is not what it should be now, and will be written anew.\n", f.File)
	case force:
		return fmt.Sprintf("%s was %s and will be overwritten (--force).\n", f.File, changed(f))
	case f.Why == runner.Kept:
		return fmt.Sprintf("%s was %s and stays so, as its result is what it was.  To have it written anew: %s\n", f.File, changed(f), p.again("apply", "--force"))
	}
	return fmt.Sprintf("%s was %s: an apply would not begin.  Move it away, or have it overwritten: %s\n", f.File, changed(f), p.again("apply", "--force"))
}

// changed says what became of a published file.
func changed(f runner.Publish) string {
	switch {
	case f.Cut:
		return "cut off or changed outside of sftrun"
	case f.Why == runner.Edited || f.Why == runner.Kept:
		return "changed by hand"
	}
	return f.Why
}
