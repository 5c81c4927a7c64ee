package steptest

import "sftrun.local/steps"

// A Dataset is what a step made.
type Dataset struct {
	Made                     // all that was made, strung together in the order of the actions
	Actions []steps.Action   // the actions, as the step named them
	Each    []Made           // what each action made
	Asked   []steps.Question // every question once, in the order of first asking
}

// Made is what one action made, or several.
type Made struct {
	Rows    []Row
	Rejects []Reject
	Lines   map[string][]string       // streams of the action's own
	Objects map[string][]Object       // by stream
	Figures map[string]map[string]int // counts by group and name
	Halts   []string                  // problems given to Out.Halt
}

// A Row is a row that was handed on.
type Row struct {
	Bytes      string
	From       Origin
	Provenance string // "" if none
}

// A Reject is a row that was dropped or failed.
type Reject struct {
	From      Origin
	ID        string
	Reason    string
	Detail    string
	Failed    bool     // by Out.Fail
	Transient bool     // a failure that is tried again
	Questions []string // keys of the questions that the failure lies in
}

// An Origin says which row of which part of which input a row was made of. Rows from outside have only a number: that
// of the row in its action's first shard.
type Origin struct {
	Input     string
	Part, Row int
}

// An Object is a whole object that was added to a stream.
type Object struct {
	Media string
	Data  string
}

// Texts returns the rows that were handed on, without what is known of them.
func (m Made) Texts() []string {
	texts := make([]string, 0, len(m.Rows))
	for _, r := range m.Rows {
		texts = append(texts, r.Bytes)
	}
	return texts
}

// Reasons counts dropped and failed rows by reason.
func (m Made) Reasons() map[string]int {
	n := map[string]int{}
	for _, r := range m.Rejects {
		n[r.Reason]++
	}
	return n
}

// add appends what another action made.
func (m *Made) add(o Made) {
	m.Rows = append(m.Rows, o.Rows...)
	m.Rejects = append(m.Rejects, o.Rejects...)
	m.Halts = append(m.Halts, o.Halts...)
	for stream, lines := range o.Lines {
		m.Lines[stream] = append(m.Lines[stream], lines...)
	}
	for stream, objects := range o.Objects {
		m.Objects[stream] = append(m.Objects[stream], objects...)
	}
	for group, names := range o.Figures {
		for name, n := range names {
			m.count(group, name, n)
		}
	}
}

func (m *Made) count(group, name string, n int) {
	if m.Figures[group] == nil {
		m.Figures[group] = map[string]int{}
	}
	m.Figures[group][name] += n
}

func newMade() Made {
	return Made{Lines: map[string][]string{}, Objects: map[string][]Object{}, Figures: map[string]map[string]int{}}
}
