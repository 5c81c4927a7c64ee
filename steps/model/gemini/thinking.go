package gemini

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A Thinking tells how a model is told how much to think: by a level, or by a budget of tokens for each level.
type Thinking struct {
	Model              string           `json:"model"`                        // its name, or the beginning of it up to a hyphen: "gemini-3-flash"
	Levels             []string         `json:"levels,omitempty"`             // those that it takes
	Budgets            map[string]int32 `json:"budgets,omitempty"`            // tokens by level, for models that know no levels
	IgnoresTemperature bool             `json:"ignoresTemperature,omitempty"` // it answers as it likes, whatever temperature is asked for
}

// thinking.json lists what was known in November 2026. The entry with the longest name that fits counts.
//
//go:embed thinking.json
var builtInThinking []byte

var builtIn = sync.OnceValues(func() ([]Thinking, error) {
	table, err := ReadThinking(builtInThinking)
	if err != nil {
		return nil, fmt.Errorf("built-in levels of thinking: %w", err)
	}
	return table, nil
})

// ReadThinking reads a table of levels, in the form of thinking.json beside this file.
func ReadThinking(text []byte) ([]Thinking, error) {
	var table struct {
		AsOf   string     `json:"asOf"` // month or day on which they were looked up
		Source string     `json:"source"`
		Models []Thinking `json:"models"`
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&table); err != nil {
		return nil, fmt.Errorf("want {\"asOf\": \"2026-11\", \"models\": [{\"model\": …, \"levels\": [\"low\", …]}]}: %w", err)
	}
	for i, t := range table.Models {
		if t.Model == "" || len(t.Levels)+len(t.Budgets) == 0 {
			return nil, fmt.Errorf("entry %d names no model, or no levels", i+1)
		}
	}
	return table.Models, nil
}

// CheckSettings finds a level of thinking that the model does not take: a *steps.FieldError about "model.thinkingLevel".
// What is not certain is a warning: a model that this program does not know, a temperature that has no effect. What own
// says of a model goes before the built-in table.
func CheckSettings(own []Thinking, s model.Settings) (warning string, err error) {
	known, listed := thinkingOf(own, s.Name)
	levels := known.takes()
	switch {
	case !listed && s.ThinkingLevel != "":
		return fmt.Sprintf("model %s: not known here whether it takes thinkingLevel: %q; it is sent as it is", s.Name, s.ThinkingLevel), nil
	case listed && s.ThinkingLevel != "" && !slices.Contains(levels, s.ThinkingLevel):
		return "", steps.Mistake("model.thinkingLevel", "model %s does not take %q: use %s", s.Name, s.ThinkingLevel, strings.Join(levels, ", "))
	case known.IgnoresTemperature && s.Temperature != 1:
		return fmt.Sprintf("model %s: it ignores the temperature", s.Name), nil
	}
	return "", nil
}

// CheckSettings is the function of that name, with the client's own table.
func (c *Client) CheckSettings(s model.Settings) (warning string, err error) {
	return CheckSettings(c.opt.Thinking, s)
}

// takes lists the levels, from little to much.
func (t Thinking) takes() []string {
	if t.Budgets == nil {
		return t.Levels
	}
	return slices.DeleteFunc([]string{"minimal", "low", "medium", "high"}, func(level string) bool { _, ok := t.Budgets[level]; return !ok })
}

// thinking returns what to send: a level or a budget, never both, which the services refuse.
func (c *Client) thinking(s model.Settings) (level string, budget *int32) {
	if s.ThinkingLevel == "" {
		return "", nil
	}
	known, _ := thinkingOf(c.opt.Thinking, s.Name)
	if tokens, ok := known.Budgets[s.ThinkingLevel]; ok {
		return "", &tokens
	}
	return s.ThinkingLevel, nil
}

// thinkingOf finds what is known of a model. What the user says goes before the built-in table.
func thinkingOf(own []Thinking, name string) (found Thinking, listed bool) {
	table, _ := builtIn() // a test reads it
	for _, known := range [][]Thinking{own, table} {
		for _, t := range known {
			if fits(name, t.Model) && len(t.Model) > len(found.Model) {
				found, listed = t, true
			}
		}
		if listed {
			return found, true
		}
	}
	return Thinking{}, false
}

func fits(name, beginning string) bool {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "models/"), beginning)
	return ok && beginning != "" && (rest == "" || rest[0] == '-')
}
