package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// A tracer follows rows back through the steps that made them, and gathers what each step knows of their making. It
// keeps a bounded number of decoded parts at hand.
type tracer struct {
	ctx    context.Context
	store  *store.Store
	stages []*stage
	parts  map[partOf]*traced
}

// partOf names part number Part of a stream of a stage.
type partOf struct {
	stage  *stage
	stream string
	part   int
}

// traced is what is known of the rows of one part.
type traced struct {
	from       []steps.From
	action     int
	provenance [][]byte // a JSON object for each row, or nil for none
}

// mostTraced is the number of parts kept decoded.
const mostTraced = 512

func newTracer(ctx context.Context, s *store.Store, stages []*stage) *tracer {
	return &tracer{ctx: ctx, store: s, stages: stages, parts: map[partOf]*traced{}}
}

// writeRows writes the rows of a part with what is known of their making.
func (t *tracer) writeRows(w io.Writer, st *stage, part int) error {
	for row, err := range t.rows(st, steps.RowsStream, part) {
		if err != nil {
			return err
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
		if _, err := w.Write(newline); err != nil {
			return err
		}
	}
	return t.ctx.Err()
}

var newline = []byte{'\n'}

// column is a column that publication adds.
type column struct {
	column string
	value  []byte
}

// meta gathers the columns of a row, of the step itself first.
func (t *tracer) meta(st *stage, stream string, part, row int) ([]column, error) {
	var all []column
	for {
		p, err := t.load(partOf{st, stream, part})
		if err != nil {
			return nil, err
		}
		if row >= len(p.from) {
			return nil, fmt.Errorf("steps.%s: row %d of part %d has no lineage", st.node.spec.Name, row, part)
		}
		a := st.actions[p.action]
		if st.node.kind.Meta != "" && a.Meta != nil {
			value, err := p.describe(a.Meta, row)
			if err != nil {
				return nil, err
			}
			all = append(all, column{st.node.kind.Meta, value})
		}
		from := p.from[row]
		if from.Source < 0 {
			return all, nil
		}
		st, stream, part, row = t.origin(st, a, from)
	}
}

// origin returns the row that a row was made of, in the dataset of the step before.
func (t *tracer) origin(st *stage, a *action, from steps.From) (*stage, string, int, int) {
	source := a.Sources[from.Source]
	for _, in := range st.node.spec.Inputs {
		if in.Field == source.Input {
			return byName(t.stages, in.Step), in.Stream, source.Index, from.Row
		}
	}
	panic("output.end refuses rows of other sources")
}

// load decodes a part's lineage and provenance.
func (t *tracer) load(key partOf) (*traced, error) {
	if p, ok := t.parts[key]; ok {
		return p, nil
	}
	pc := key.stage.data.Streams[key.stream][key.part]
	rec, err := readSealed[Record](t.ctx, t.store, key.stage.data.Actions[pc.Action])
	if err != nil {
		return nil, err
	}
	if rec == nil || pc.Nth >= len(rec.Lineage[key.stream]) {
		return nil, incomplete(key.stage, "the record of an action")
	}
	from, err := decodeLineage(rec.Lineage[key.stream][pc.Nth])
	if err == nil {
		err = key.stage.madeOf(pc, from)
	}
	if err != nil {
		return nil, &store.Damaged{Name: rec.name(), Text: err.Error()}
	}
	p := &traced{from: from, action: pc.Action}
	if key.stream == steps.RowsStream && pc.Nth < len(rec.Provenance) && rec.Provenance[pc.Nth].Digest != "" {
		p.provenance, err = t.provenance(rec.Provenance[pc.Nth])
		if errors.Is(err, fs.ErrNotExist) {
			err = incomplete(key.stage, "the provenance of its rows")
		}
		if err != nil {
			return nil, err
		}
	}
	if len(t.parts) >= mostTraced {
		clear(t.parts)
	}
	t.parts[key] = p
	return p, nil
}

// madeOf makes sure that the rows of a part were made of rows that the action worked on.
func (st *stage) madeOf(pc piece, from []steps.From) error {
	if len(from) != pc.Rows {
		return fmt.Errorf("lineage of %d rows for a part of %d", len(from), pc.Rows)
	}
	for row, f := range from {
		if most := st.rowsOf(st.actions[pc.Action], f.Source); f.Row < 0 || f.Row >= most {
			return fmt.Errorf("lineage: row %d is made of row %d of source %d, which is not there", row, f.Row, f.Source)
		}
	}
	return nil
}

// rowsOf is the number of rows of a source that rows can be made of; of a file outside the store it is not known.
func (st *stage) rowsOf(a *action, source int) int {
	switch {
	case source == -1 && len(a.Shards) > 0:
		return math.MaxInt
	case source < 0 || source >= len(a.Sources) || a.Sources[source].Input == "":
		return 0
	}
	return st.inputs[a.Sources[source].Input][a.Sources[source].Index].Rows
}

// incomplete says that a manifest names what is gone or damaged. Without the manifest the step is looked at action by
// action, which finds the one that has to be executed again.
func incomplete(st *stage, what string) error {
	return &store.Damaged{Name: manifestName(st.symbol), Text: what + " that it names is missing"}
}

func (t *tracer) provenance(p steps.Part) ([][]byte, error) {
	data, err := t.store.Get(t.ctx, p.Digest)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for _, line := range jsonl.Rows(data) {
		all = append(all, line)
	}
	return all, nil
}

// describe joins what an action knows of all its rows with what is known of this one.
func (p *traced) describe(meta json.RawMessage, row int) ([]byte, error) {
	if row >= len(p.provenance) {
		return meta, nil
	}
	var own map[string]json.RawMessage
	if err := json.Unmarshal(p.provenance[row], &own); err != nil {
		return nil, fmt.Errorf("provenance of row %d: %w", row, err)
	}
	joined := []byte(meta)
	for _, name := range sortedKeys(own) {
		joined = jsonl.Set(joined, name, own[name])
	}
	return joined, nil
}
