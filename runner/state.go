package runner

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"time"

	"sftrun.local/steps/fault"
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

// publishState writes the state of all steps, if it is not what the file says. A step whose state is as it was keeps its
// time; one that this apply left out, or held to a trial, keeps all of it.
func (a *apply) publishState() error {
	path := a.statePath()
	before, _ := readState(path)
	now := State{Version: 1, Stages: map[string]StageState{}}
	for _, s := range a.Runner.opt.Pipeline.Steps {
		st := byName(a.stages, s.Name)
		was, known := before.Stages[s.Name]
		switch {
		case known && (st == nil || st.trial || st.behindTrial):
			now.Stages[s.Name] = was
		case st != nil:
			now.Stages[s.Name] = a.stateOf(st, was)
		}
	}
	if maps.Equal(before.Stages, now.Stages) && before.Version == now.Version {
		return nil
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(now); err != nil {
		return err
	}
	if err := replaceFile(path, text.Bytes()); err != nil {
		return err
	}
	fault.Point("state: published")
	return nil
}

func (a *apply) stateOf(st *stage, was StageState) StageState {
	p := a.states[st]
	t := p.Tally
	state := StageState{
		Completed: p.Done && !p.Partial && t.Halt == "", ConfigHash: st.symbol, UpdatedAt: was.UpdatedAt,
		Metadata: StageMetadata{Kind: p.Kind, RowsIn: t.In, RowsOut: t.Out, Dropped: t.Drops(), Failed: t.Failures()},
	}
	if p.Done && st.node.spec.Publish != "" {
		state.Metadata.Published = filepath.Base(a.target(st))
	}
	if state != was {
		state.UpdatedAt = a.run.Ended.Format(time.RFC3339)
	}
	return state
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
