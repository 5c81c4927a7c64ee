package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// A Trail is the way of one row through the pipeline.
type Trail struct {
	Row      json.RawMessage `json:"row"` // as the step that was asked for has it
	Passages []Passage       `json:"passages"`

	at spot
}

// A Passage is what became of a row in one step.
type Passage struct {
	Step   string `json:"step"`
	State  string `json:"state"`            // out, dropped or failed
	Reason string `json:"reason,omitempty"` // unless it is out
	Detail string `json:"detail,omitempty"`
	Stream string `json:"stream"`
	Part   int    `json:"part"` // where it lies now: part of the stream, and row of the part, from 0
	Line   int    `json:"line"`
	Shard  string `json:"shard,omitempty"` // for a row from outside the store: the file, and its row there, from 0
	Origin int    `json:"origin"`
}

// Trace finds the rows of a step that have an id, whether they were handed on or not, and follows each back to where
// it came from and on to where it went. None found is an error.
func (r *Runner) Trace(ctx context.Context, step, id string) ([]Trail, error) {
	t, st, err := r.look(ctx, step)
	if err != nil {
		return nil, err
	}
	found, err := t.find(st, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no row of steps.%s has the id %q, neither among those handed on nor among its rejects", step, id)
	}
	for i := range found {
		if found[i].Passages, err = t.trail(found[i].at); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// find finds the rows of a step that have an id.
func (t *tracer) find(st *stage, id string) ([]Trail, error) {
	var found []Trail
	for _, stream := range []string{steps.RowsStream, steps.RejectsStream} {
		for part := range st.data.Streams[stream] {
			at := spot{partOf{st, stream, part}, -1}
			for row, err := range t.rows(st, stream, part) {
				if err != nil {
					return nil, err
				}
				at.line++
				if of, _ := jsonl.String(row, "id"); of == id {
					found = append(found, Trail{Row: row, at: at})
				}
			}
		}
	}
	return found, nil
}

// spot is one row of a part.
type spot struct {
	partOf
	line int
}

// trail follows a row back by its lineage, and on by that of the rows behind it.
func (t *tracer) trail(at spot) ([]Passage, error) {
	way, err := t.back(at)
	if err != nil {
		return nil, err
	}
	ahead, err := t.ahead(at)
	if err != nil {
		return nil, err
	}
	passages := make([]Passage, 0, len(way)+len(ahead))
	for _, s := range append(way, ahead...) {
		p, err := t.passage(s)
		if err != nil {
			return nil, err
		}
		passages = append(passages, p)
	}
	return passages, nil
}

// back lists the spots that a row came through, the first one first, its own one last.
func (t *tracer) back(at spot) ([]spot, error) {
	way := []spot{at}
	for {
		before, outside, err := t.before(at)
		if err != nil || outside {
			slices.Reverse(way)
			return way, err
		}
		way = append(way, before)
		at = before
	}
}

// before is the row that a row was made of; outside says that it came from outside the store.
func (t *tracer) before(at spot) (_ spot, outside bool, err error) {
	p, err := t.load(at.partOf)
	if err != nil {
		return spot{}, false, err
	}
	if at.line >= len(p.from) {
		return spot{}, false, fmt.Errorf("steps.%s: row %d of part %d has no lineage", at.stage.node.spec.Name, at.line, at.part)
	}
	return t.madeOf(at.stage, p, p.from[at.line])
}

func (t *tracer) madeOf(st *stage, p *traced, from steps.From) (_ spot, outside bool, err error) {
	if from.Source < 0 {
		return spot{}, true, nil
	}
	st, stream, part, line := t.origin(st, st.actions[p.action], from)
	return spot{partOf{st, stream, part}, line}, false, nil
}

// ahead lists the spots where a row went. A later step takes rows of earlier ones only, so one pass finds them all.
func (t *tracer) ahead(at spot) ([]spot, error) {
	reached := map[spot]bool{at: true}
	var way []spot
	for _, st := range t.stages {
		if st.data == nil {
			continue
		}
		for _, stream := range []string{steps.RowsStream, steps.RejectsStream} {
			for part := range st.data.Streams[stream] {
				found, err := t.madeOfAny(partOf{st, stream, part}, reached)
				if err != nil {
					return nil, err
				}
				way = append(way, found...)
			}
		}
	}
	return way, nil
}

// madeOfAny finds the rows of a part that were made of rows reached already, and adds them to these.
func (t *tracer) madeOfAny(in partOf, reached map[spot]bool) ([]spot, error) {
	p, err := t.load(in)
	if err != nil {
		return nil, err
	}
	var found []spot
	for line, from := range p.from {
		before, outside, err := t.madeOf(in.stage, p, from)
		if err != nil {
			return nil, err
		}
		if !outside && reached[before] {
			here := spot{in, line}
			reached[here] = true
			found = append(found, here)
		}
	}
	return found, nil
}

// passage tells what became of a row at a spot.
func (t *tracer) passage(at spot) (Passage, error) {
	p := Passage{Step: at.stage.node.spec.Name, State: "out", Stream: at.stream, Part: at.part, Line: at.line}
	made, err := t.load(at.partOf)
	if err != nil {
		return p, err
	}
	if from := made.from[at.line]; from.Source < 0 {
		p.Shard, p.Origin = at.stage.actions[made.action].Shards[0].Name, from.Row
	}
	if at.stream != steps.RejectsStream {
		return p, nil
	}
	why, err := t.rejected(at)
	p.State, p.Reason, p.Detail = why.State, why.Reason, why.Detail
	return p, err
}

// rejected reads the line that says why a row was not handed on.
func (t *tracer) rejected(at spot) (rejected, error) {
	var why rejected
	data, err := t.store.Get(t.ctx, at.stage.data.Streams[at.stream][at.part].Digest)
	if err != nil {
		return why, err
	}
	for i, line := range jsonl.Rows(data) {
		if i == at.line {
			return why, json.Unmarshal(line, &why)
		}
	}
	return why, fmt.Errorf("row %d of a part of rejects is not there", at.line)
}
