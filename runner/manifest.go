package runner

import (
	"context"
	"fmt"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A Manifest is the dataset that a step made, as a whole: the streams strung together from its actions, and what
// became of the rows. It is stored under the step's symbol, so that a plan of an unchanged pipeline reads one record
// for a step however many actions it has.
type Manifest struct {
	Streams    map[string][]piece `json:"streams"`
	Provenance []steps.Part       `json:"provenance,omitempty"`
	Actions    []string           `json:"actions"` // names of the actions' records
	Tally
}

// A Tally says what became of the rows of a step.
type Tally struct {
	In        int                       `json:"in"` // rows that came in; 0 for a step without inputs
	Out       int                       `json:"out"`
	Dropped   map[string]int            `json:"dropped,omitempty"` // rows by reason
	Failed    map[string]int            `json:"failed,omitempty"`  // rows by reason
	Transient int                       `json:"transient,omitempty"`
	Figures   map[string]map[string]int `json:"figures,omitempty"`
	Halt      string                    `json:"halt,omitempty"`
}

// Drops is the number of rows left out on purpose, Failures that of rows which could not be handed on.
func (t Tally) Drops() int    { return sum(t.Dropped) }
func (t Tally) Failures() int { return sum(t.Failed) }

const manifestPrefix = "steps/"

func manifestName(symbol string) string { return manifestPrefix + symbol[:2] + "/" + symbol[2:] }

// manifestOf a stage all of whose actions are done.
func manifestOf(st *stage) *Manifest {
	m := &Manifest{Streams: map[string][]piece{}, Tally: Tally{
		Dropped: map[string]int{}, Failed: map[string]int{}, Figures: map[string]map[string]int{},
	}}
	for i, a := range st.actions {
		m.Actions = append(m.Actions, a.record.name())
		m.Provenance = append(m.Provenance, a.record.Provenance...)
		for stream, parts := range a.record.Streams {
			for nth, p := range parts {
				m.Streams[stream] = append(m.Streams[stream], piece{Part: p, Action: i, Nth: nth})
			}
		}
		m.add(a.record)
	}
	m.In = st.rowsIn()
	return m
}

func (t *Tally) add(r *Record) {
	t.Out += r.Out
	t.Transient += r.Transient
	addCounts(t.Dropped, r.Dropped)
	addCounts(t.Failed, r.Failed)
	for group, counts := range r.Figures {
		if t.Figures[group] == nil {
			t.Figures[group] = map[string]int{}
		}
		addCounts(t.Figures[group], counts)
	}
	if t.Halt == "" {
		t.Halt = r.Halt
	}
}

func addCounts(to, from map[string]int) {
	for name, n := range from {
		to[name] += n
	}
}

// rowsIn counts the rows that came in, but for those that a trial left out.
func (st *stage) rowsIn() int {
	if !st.trial {
		return st.rowsFed()
	}
	n := 0
	for _, a := range st.actions {
		n += a.task.sources[0][0].Rows
	}
	return n
}

// check makes sure that every row has come to one end.
func (m *Manifest) check(n *node) error {
	if !n.kind.EachRow {
		return nil
	}
	if ended := m.Out + m.Drops() + m.Failures(); ended != m.In {
		return fmt.Errorf("steps.%s: %d rows came in, but %d were handed on, dropped or failed: a defect of kind %s", n.spec.Name, m.In, ended, n.kind.Name)
	}
	return nil
}

// fromManifest takes a stage's data from the manifest of its step, if there is one and all that it names is there.
func (r *Runner) fromManifest(ctx context.Context, st *stage) (bool, error) {
	m, err := readSealed[Manifest](ctx, r.opt.Store, manifestName(st.symbol))
	if err != nil || m == nil || len(m.Actions) != len(st.actions) {
		return false, err
	}
	whole, err := r.hasAll(ctx, m)
	if err != nil || !whole {
		return false, err
	}
	st.data = m
	return true, nil
}

// hasAll tells whether all that a manifest names is in the store.
func (r *Runner) hasAll(ctx context.Context, m *Manifest) (bool, error) {
	var want []store.Entry
	for _, pieces := range m.Streams {
		for _, p := range pieces {
			want = append(want, entryOf(p.Part))
		}
	}
	want = append(want, entriesOf(m.Provenance)...)
	for _, name := range m.Actions {
		want = append(want, store.Entry{Name: name, Size: -1})
	}
	missing, err := r.missing(ctx, want)
	return len(missing) == 0, err
}

// missing finds which of the names are not in the store.
func (r *Runner) missing(ctx context.Context, want []store.Entry) (map[string]bool, error) {
	return r.opt.Store.Missing(ctx, want, r.lookups())
}

// entryOf a part is where it lies in the store, and how many bytes there should be.
func entryOf(p steps.Part) store.Entry {
	return store.Entry{Name: store.ObjectName(p.Digest), Size: p.Size}
}

// entriesOf parts; one that is none lies nowhere.
func entriesOf(parts []steps.Part) []store.Entry {
	var all []store.Entry
	for _, p := range parts {
		if p.Digest != "" {
			all = append(all, entryOf(p))
		}
	}
	return all
}

// saveManifest stores the manifest of a stage that is done for good. One with failed rows is not stored: those rows
// may be tried again, and a manifest is never replaced.
func (r *Runner) saveManifest(ctx context.Context, st *stage) error {
	if st.data.Failures() > 0 {
		return nil
	}
	_, err := r.opt.Store.PutRecord(ctx, manifestName(st.symbol), steps.Encode(st.data))
	return err
}

// rows counts the rows of a stream.
func (m *Manifest) rows(stream string) int {
	n := 0
	for _, p := range m.Streams[stream] {
		n += p.Rows
	}
	return n
}
