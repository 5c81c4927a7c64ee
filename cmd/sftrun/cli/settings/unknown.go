package settings

import (
	"fmt"
	"strings"

	"sftrun.local/cmd/sftrun/cli/spelling"
)

// unknown is the error for a setting that does not exist.
func unknown(what, name string, known []string) error {
	return fmt.Errorf("%s: no such setting%s  There are: %s (sftrun settings)", what, spelling.DidYouMean(name, known), strings.Join(known, ", "))
}
