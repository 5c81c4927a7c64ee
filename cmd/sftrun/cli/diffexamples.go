package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/runner"
	"sftrun.local/steps/jsonl"
)

// A diffRowList is some of the rows of a step that differ.
type diffRowList struct {
	Step    string         `json:"step"`
	Counts  compare.Counts `json:"counts"`
	Changed []changedRow   `json:"changed,omitempty"`
	OnlyA   []loneRow      `json:"onlyA,omitempty"`
	OnlyB   []loneRow      `json:"onlyB,omitempty"`
}

// A changedRow is a row that both sides have, with other bytes, as it is stored.
type changedRow struct {
	ID string          `json:"id"`
	A  json.RawMessage `json:"a"`
	B  json.RawMessage `json:"b"`
}

// A loneRow is a row that only one side has, and which step of the other left it out, nil if it is not
// among the rejects there.
type loneRow struct {
	ID        string       `json:"id"`
	Elsewhere *runner.Fate `json:"elsewhere,omitempty"`
}

// examples reads the first rows that differ in the last step that both sides have rows of; nil if none differs.
func (m *measure) examples(ctx context.Context) (*diffRowList, error) {
	match := m.match
	if len(match.FirstChanged)+len(match.FirstOnlyA)+len(match.FirstOnlyB) == 0 {
		return nil, nil
	}
	list := &diffRowList{Step: m.last, Counts: match.Counts}
	a, b := m.a.Step(m.last), m.b.Step(m.last)
	for _, at := range match.FirstChanged {
		rowA, err := m.row(ctx, m.a, a, at[0])
		if err != nil {
			return nil, err
		}
		rowB, err := m.row(ctx, m.b, b, at[1])
		if err != nil {
			return nil, err
		}
		list.Changed = append(list.Changed, changedRow{idOf(rowA), rowA, rowB})
	}
	var err error
	if list.OnlyA, err = m.lone(ctx, m.a, m.b, match.FirstOnlyA); err != nil {
		return nil, err
	}
	list.OnlyB, err = m.lone(ctx, m.b, m.a, match.FirstOnlyB)
	return list, err
}

// lone reads rows that only one side has, and looks for them on the other.
func (m *measure) lone(ctx context.Context, s, other *runner.Snapshot, places []compare.Place) ([]loneRow, error) {
	var ids []string
	for _, at := range places {
		row, err := m.row(ctx, s, s.Step(m.last), at)
		if err != nil {
			return nil, err
		}
		ids = append(ids, idOf(row))
	}
	if len(ids) == 0 {
		return nil, nil
	}
	fates, err := other.Fates(ctx, ids)
	rows := make([]loneRow, len(ids))
	for i, id := range ids {
		rows[i].ID = id
		if fate, ok := fates[id]; ok {
			rows[i].Elsewhere = &fate
		}
	}
	return rows, err
}

// row reads one row.
func (m *measure) row(ctx context.Context, s *runner.Snapshot, made *runner.Made, at compare.Place) ([]byte, error) {
	data, err := s.Read(ctx, made.Name, made.Rows[at.Part].Part)
	if err != nil {
		return nil, err
	}
	for i, row := range jsonl.Rows(data) {
		if i == int(at.Row) {
			return row, nil
		}
	}
	return nil, fmt.Errorf("steps.%s: row %d of part %d is not there", made.Name, at.Row, at.Part)
}

// idOf a row, as it stands if it is no text.
func idOf(row []byte) string {
	if id, ok := jsonl.String(row, "id"); ok {
		return id
	}
	id, _ := jsonl.Field(row, "id")
	if len(id) == 0 {
		return "(no id)"
	}
	return string(id)
}
