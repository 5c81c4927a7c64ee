package runner

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// output implements steps.Out: it cuts rows into parts and puts them into the store. Without a store it counts only.
// It holds at most one unfinished part of each stream.
type output struct {
	ctx     context.Context
	task    task
	store   *store.Store
	record  *Record
	rows    rowBuffer
	rejects rowBuffer
	lines   map[string]*bytes.Buffer
	faulty  []string       // keys of questions whose replies made rows fail
	ended   map[int][]bool // rows of each source that have come to their end; kept for kinds with EachRow
}

func newOutput(ctx context.Context, t task, s *store.Store) *output {
	o := &output{ctx: ctx, task: t, store: s, record: &Record{
		Streams: map[string][]steps.Part{}, Lineage: map[string][]string{},
		Dropped: map[string]int{}, Failed: map[string]int{}, Figures: map[string]map[string]int{},
	}}
	if t.kind.EachRow {
		o.ended = map[int][]bool{}
	}
	return o
}

func (o *output) Row(r steps.Row) error {
	if bytes.IndexByte(r.Bytes, '\n') >= 0 {
		return fmt.Errorf("a row of several lines: %.80q", r.Bytes)
	}
	if err := o.end(r.From); err != nil {
		return err
	}
	o.record.Out++
	return o.append(steps.RowsStream, &o.rows, r.Bytes, r.From, r.Provenance)
}

func (o *output) Drop(from steps.From, id, reason, detail string) error {
	o.record.Dropped[reason]++
	return o.reject(from, rejected{ID: id, State: "dropped", Reason: reason, Detail: detail})
}

func (o *output) Fail(from steps.From, id string, why steps.Refusal) error {
	o.record.Failed[why.Reason]++
	if why.Transient {
		o.record.Transient++
	}
	o.faulty = append(o.faulty, why.Questions...)
	return o.reject(from, rejected{ID: id, State: "failed", Reason: why.Reason, Detail: why.Detail})
}

func (o *output) reject(from steps.From, r rejected) error {
	if from.Source < 0 {
		return fmt.Errorf("kind %s: a row from outside can only be handed on, as no part holds it", o.task.kind.Name)
	}
	if err := o.end(from); err != nil {
		return err
	}
	part := o.task.sources[from.Source][0]
	r.Part, r.Again, r.Row = part.Digest, part.Media == mediaRejects, from.Row
	return o.append(steps.RejectsStream, &o.rejects, encodePlain(r), from, nil)
}

// end marks that a row has come to its one end.
func (o *output) end(from steps.From) error {
	if from.Source < 0 {
		return nil
	}
	if from.Source >= len(o.task.sources) || o.task.action.Sources[from.Source].Input == "" || from.Row < 0 || from.Row >= o.task.sources[from.Source][0].Rows {
		return fmt.Errorf("kind %s: row %d of source %d is no row of an input", o.task.kind.Name, from.Row, from.Source)
	}
	if o.ended == nil {
		return nil
	}
	ended := o.ended[from.Source]
	if ended == nil {
		ended = make([]bool, o.task.sources[from.Source][0].Rows)
		o.ended[from.Source] = ended
	}
	if ended[from.Row] {
		return fmt.Errorf("kind %s: row %d of source %d ended twice", o.task.kind.Name, from.Row, from.Source)
	}
	ended[from.Row] = true
	return nil
}

func (o *output) append(stream string, b *rowBuffer, row []byte, from steps.From, provenance []byte) error {
	if o.store == nil {
		return nil
	}
	if b.full(len(row)) {
		if err := o.flush(stream, b); err != nil {
			return err
		}
	}
	b.add(row, from, provenance)
	if b.complete(row) {
		return o.flush(stream, b)
	}
	return nil
}

// flush stores the part that a buffer holds.
func (o *output) flush(stream string, b *rowBuffer) error {
	if b.count == 0 {
		return nil
	}
	media := steps.MediaRows
	if stream == steps.RejectsStream {
		media = mediaRejects
	}
	part, err := o.put(b.rows, media, b.count)
	if err != nil {
		return err
	}
	o.record.Streams[stream] = append(o.record.Streams[stream], part)
	o.record.Lineage[stream] = append(o.record.Lineage[stream], encodeLineage(b.lineage))
	if stream == steps.RowsStream && o.task.kind.Meta != "" {
		if err := o.explain(b); err != nil {
			return err
		}
	}
	b.reset()
	return nil
}

// explain stores the provenance of a part's rows; a part without any has an empty entry.
func (o *output) explain(b *rowBuffer) error {
	var part steps.Part
	if b.explained {
		var err error
		if part, err = o.put(b.provenance, steps.MediaRows, b.count); err != nil {
			return err
		}
	}
	o.record.Provenance = append(o.record.Provenance, part)
	return nil
}

func (o *output) put(data []byte, media string, rows int) (steps.Part, error) {
	digest, err := o.store.Put(o.ctx, data)
	return steps.Part{Digest: digest, Size: int64(len(data)), Rows: rows, Media: media}, err
}

func (o *output) Line(stream string, line []byte) error {
	if stream == steps.RowsStream || stream == steps.RejectsStream || bytes.IndexByte(line, '\n') >= 0 {
		return fmt.Errorf("kind %s: no line of stream %q: %.80q", o.task.kind.Name, stream, line)
	}
	if o.store == nil {
		return nil
	}
	if o.lines == nil {
		o.lines = map[string]*bytes.Buffer{}
	}
	buf := o.lines[stream]
	if buf == nil {
		buf = &bytes.Buffer{}
		o.lines[stream] = buf
	}
	buf.Write(line)
	buf.WriteByte('\n')
	if buf.Len() < mostPart {
		return nil
	}
	return o.flushLines(stream, buf)
}

func (o *output) flushLines(stream string, buf *bytes.Buffer) error {
	part, err := o.put(buf.Bytes(), steps.MediaRows, bytes.Count(buf.Bytes(), []byte("\n")))
	o.record.Streams[stream] = append(o.record.Streams[stream], part)
	buf.Reset()
	return err
}

func (o *output) Object(stream, media string, data []byte) error {
	if o.store == nil {
		return nil
	}
	part, err := o.put(data, media, 0)
	o.record.Streams[stream] = append(o.record.Streams[stream], part)
	return err
}

func (o *output) Count(group, name string, n int) {
	if o.record.Figures[group] == nil {
		o.record.Figures[group] = map[string]int{}
	}
	o.record.Figures[group][name] += n
}

func (o *output) Halt(problem string) { o.record.Halt = problem }

// finish makes sure that no row was forgotten, and stores what is left in the buffers.
func (o *output) finish() error {
	for source, ended := range o.ended {
		if row := slices.Index(ended, false); row >= 0 {
			return fmt.Errorf("kind %s: row %d of source %d was neither handed on nor dropped nor failed", o.task.kind.Name, row, source)
		}
	}
	if err := o.flush(steps.RowsStream, &o.rows); err != nil {
		return err
	}
	if err := o.flush(steps.RejectsStream, &o.rejects); err != nil {
		return err
	}
	for _, stream := range sortedKeys(o.lines) {
		if buf := o.lines[stream]; buf.Len() > 0 {
			if err := o.flushLines(stream, buf); err != nil {
				return err
			}
		}
	}
	return nil
}
