package runner

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// stateFile is the published summary of how far each step is. It is written for people and scripts; nothing reads it
// back.
const stateFile = "pipeline_state.json"

// A State is the content of pipeline_state.json.
type State struct {
	Version int                   `json:"version"`
	Stages  map[string]StageState `json:"stages"`
}

// A StageState tells of one step.
type StageState struct {
	Completed  bool          `json:"completed"`
	ConfigHash string        `json:"config_hash"` // key of the step
	UpdatedAt  string        `json:"updated_at"`  // RFC 3339
	Metadata   StageMetadata `json:"metadata"`
}

// StageMetadata tells what came of the rows. All fields are always there.
type StageMetadata struct {
	Kind      string `json:"kind"`
	RowsIn    int    `json:"rows_in"`
	RowsOut   int    `json:"rows_out"`
	Dropped   int    `json:"rows_dropped"`
	Failed    int    `json:"rows_failed"`
	Published string `json:"published"` // file name, "" if none
}

// publishState writes the state of all steps. One whose state is as it was keeps its time.
func (a *apply) publishState() error {
	path := a.statePath()
	before, _ := readState(path)
	now := State{Version: 1, Stages: map[string]StageState{}}
	for _, s := range a.run.Steps {
		if was, ok := before.Stages[s.Name]; ok && byName(a.stages, s.Name) == nil {
			now.Stages[s.Name] = was // not part of this apply
			continue
		}
		state := StageState{
			Completed: s.Done && !s.Partial && s.Tally.Halt == "", ConfigHash: s.Symbol, UpdatedAt: a.run.Ended.Format(time.RFC3339),
			Metadata: StageMetadata{Kind: s.Kind, RowsIn: s.Tally.In, RowsOut: s.Tally.Out, Dropped: s.Tally.Drops(), Failed: s.Tally.Failures(), Published: a.publishedName(s.Name)},
		}
		if was, ok := before.Stages[s.Name]; ok {
			updated := state.UpdatedAt
			state.UpdatedAt = was.UpdatedAt
			if state != was {
				state.UpdatedAt = updated
			}
		}
		now.Stages[s.Name] = state
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(now); err != nil {
		return err
	}
	return replaceFile(path, text.Bytes())
}

func (r *Runner) statePath() string { return filepath.Join(r.opt.Output, stateFile) }

// stateSound tells whether the published state is there and can be read.
func (r *Runner) stateSound() bool {
	s, err := readState(r.statePath())
	return err == nil && s.Version == 1
}

func readState(path string) (State, error) {
	var s State
	text, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(text, &s)
}

func (a *apply) publishedName(step string) string {
	st := byName(a.stages, step)
	if st == nil || !publishes(st) {
		return ""
	}
	return filepath.Base(a.target(st))
}
