// Package all lists the kinds of steps that come with sftrun, one line each. Whoever adds a kind adds a line; a
// program of one's own appends its kinds to the list. The package does nothing else.
package all

import (
	"sftrun.local/steps"
	"sftrun.local/steps/filter"
	"sftrun.local/steps/sample"
	"sftrun.local/steps/stratify"
	"sftrun.local/steps/transform"
	"sftrun.local/steps/validate"
)

// Kinds returns the kinds in the order in which a pipeline mostly uses them.
func Kinds() []steps.Kind {
	return []steps.Kind{
		sample.Kind(),
		filter.Kind(),
		stratify.Kind(),
		transform.Kind(),
		validate.Kind(),
	}
}
