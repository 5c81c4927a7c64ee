package steptest

import (
	"fmt"

	"sftrun.local/steps"
)

// output is the steps.Out of one action: it records all it is given, and refuses what no runner could keep.
type output struct {
	action  steps.Action
	sources [][]steps.Part
	made    Made
}

func (o *output) Row(r steps.Row) error {
	from, err := o.origin(r.From)
	if err != nil {
		return err
	}
	o.made.Rows = append(o.made.Rows, Row{Bytes: string(r.Bytes), From: from, Provenance: string(r.Provenance)})
	return nil
}

func (o *output) Drop(from steps.From, id, reason, detail string) error {
	return o.reject(from, Reject{ID: id, Reason: reason, Detail: detail})
}

func (o *output) Fail(from steps.From, id string, why steps.Refusal) error {
	return o.reject(from, Reject{
		ID: id, Reason: why.Reason, Detail: why.Detail, Failed: true, Transient: why.Transient, Questions: why.Questions,
	})
}

func (o *output) Line(stream string, line []byte) error {
	o.made.Lines[stream] = append(o.made.Lines[stream], string(line))
	return nil
}

func (o *output) Object(stream, media string, data []byte) error {
	o.made.Objects[stream] = append(o.made.Objects[stream], Object{Media: media, Data: string(data)})
	return nil
}

func (o *output) Count(group, name string, n int) { o.made.count(group, name, n) }

func (o *output) Halt(problem string) { o.made.Halts = append(o.made.Halts, problem) }

func (o *output) reject(from steps.From, r Reject) (err error) {
	if r.Reason == "" {
		return fmt.Errorf("row %d of source %d is dropped or failed without a reason", from.Row, from.Source)
	}
	if r.From, err = o.origin(from); err != nil {
		return err
	}
	o.made.Rejects = append(o.made.Rejects, r)
	return nil
}

// origin resolves From, which must name a row that exists.
func (o *output) origin(from steps.From) (Origin, error) {
	if from.Source == -1 && len(o.action.Shards) > 0 && from.Row >= 0 {
		return Origin{Row: from.Row}, nil
	}
	if from.Source < 0 || from.Source >= len(o.sources) || o.action.Sources[from.Source].Input == "" {
		return Origin{}, fmt.Errorf("a row comes from source %d, which is no part of an input", from.Source)
	}
	rows := o.sources[from.Source][0].Rows
	if from.Row < 0 || from.Row >= rows {
		return Origin{}, fmt.Errorf("a row comes from row %d of source %d, which has %d rows", from.Row, from.Source, rows)
	}
	s := o.action.Sources[from.Source]
	return Origin{Input: s.Input, Part: s.Index, Row: from.Row}, nil
}
