package steps

import (
	"encoding/json"
	"fmt"
)

// PerPart names one action for each part of an input, the way in which most kinds split their work: a part that
// changes reruns one action. Config gives the config of the action for part number i.
func PerPart(in Inputs, input string, config func(i int, p Part) json.RawMessage) []Action {
	parts := in.Parts(input)
	actions := make([]Action, len(parts))
	for i, part := range parts {
		actions[i] = Action{
			Label:   fmt.Sprintf("part %d of %d", i+1, len(parts)),
			Config:  config(i, part),
			Sources: []Source{{Input: input, Index: i}},
		}
	}
	return actions
}
