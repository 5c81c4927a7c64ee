package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sftrun.local/schema"
	"sftrun.local/steps"
)

// A Reason is one cause for which actions of a step have to be executed.
type Reason struct {
	Path string          `json:"path,omitempty"` // CUE path of what changed, if it stands in the pipeline
	Old  string          `json:"old,omitempty"`  // value as JSON, "" if there was none
	New  string          `json:"new,omitempty"`
	Pos  schema.Position `json:"-"`
	At   string          `json:"at,omitempty"` // Pos as file:line:col
	Text string          `json:"text"`         // the whole reason in words
}

// inquiry finds what is different about a stage since it was last done. A cause is what, had it stayed as it was, would
// have spared an action: each changed field is put back alone, the step is split again, and if that spares an action
// the field is a cause. So a field that no action depends on is never named, and of two changes both are.
type inquiry struct {
	runner *Runner
	stages []*stage
	since  past
	stage  *stage
	was    *Detail
}

// reasons tells why actions of a stage have to be executed.
func (r *Runner) reasons(ctx context.Context, stages []*stage, st *stage, since past, was *RunStep) []Reason {
	q := inquiry{runner: r, stages: stages, since: since, stage: st, was: r.detail(ctx, was)}
	if again := q.again(); len(again) > 0 {
		return again
	}
	switch {
	case since.run == nil:
		return []Reason{{Text: "first run"}}
	case was == nil:
		return []Reason{{Text: fmt.Sprintf("new step (not in run %d)", since.run.Number)}}
	case q.was == nil:
		return []Reason{{Text: fmt.Sprintf("not done in run %d", since.run.Number)}}
	case q.was.Kind != st.node.kind.Name:
		return []Reason{q.reason("kind", text(q.was.Kind), text(st.node.kind.Name))}
	}
	if all := q.causes(ctx); len(all) > 0 {
		return all
	}
	return q.unexplained()
}

// causes tells what is different, whether there is anything to execute for it or not.
func (q inquiry) causes(ctx context.Context) []Reason {
	var all []Reason
	if q.stage.trial {
		all = append(all, Reason{Text: fmt.Sprintf("a trial of the first %s (--max-rows)", count(q.runner.opt.MaxRows, "row"))})
	}
	all = append(all, q.versions()...)
	all = append(all, q.fields(ctx)...)
	all = append(all, q.inputs(ctx)...)
	return append(all, q.files()...)
}

// again tells of actions that were executed before, for the same key, and have to be once more.
func (q inquiry) again() []Reason {
	counts := map[string]int{}
	for _, a := range q.stage.pending() {
		if a.again != "" {
			counts[a.again]++
		}
	}
	var all []Reason
	for _, why := range sortedKeys(counts) {
		all = append(all, Reason{Text: fmt.Sprintf("%s of %s: %s", thousands(counts[why]), count(len(q.stage.actions), "part"), why)})
	}
	return all
}

func (q inquiry) versions() []Reason {
	var all []Reason
	if q.was.Scheme != Scheme {
		all = append(all, Reason{Text: fmt.Sprintf("keys are made in a new way: scheme %d → %d", q.was.Scheme, Scheme)})
	}
	if now := q.stage.node.kind; q.was.Version != now.Version {
		all = append(all, Reason{Text: fmt.Sprintf("kind %s has a new version: %d → %d", now.Name, q.was.Version, now.Version)})
	}
	return all
}

// fields finds the fields of the config whose change is a cause.
func (q inquiry) fields(ctx context.Context) []Reason {
	before, err := flatten(q.was.Config)
	if err != nil {
		return nil
	}
	now, err := flatten(q.stage.node.spec.Config)
	if err != nil {
		return nil
	}
	var all []Reason
	files := q.stage.node.files
	for _, path := range changed(before, now) {
		if _, declared := files[path]; declared {
			continue // its path does not matter, its content is looked at below
		}
		back := now.clone()
		back.set(path, before[path])
		if q.spares(ctx, back.config(), files) {
			all = append(all, q.reason(path, before[path], now[path]))
		}
	}
	for _, field := range slices.Sorted(maps.Keys(files)) {
		if r, ok := q.file(ctx, now, field); ok {
			all = append(all, r)
		}
	}
	return all
}

// file tells whether the content of a declared file is a cause.
func (q inquiry) file(ctx context.Context, now flat, field string) (Reason, bool) {
	files := q.stage.node.files
	was, ok := q.was.Files[field]
	if ok && was.Digest == files[field].Digest {
		return Reason{}, false
	}
	back := map[string]steps.File{}
	for f, file := range files {
		back[f] = file
	}
	back[field] = was
	if ok && !q.spares(ctx, now.config(), back) {
		return Reason{}, false
	}
	r := q.reason(field, nil, nil)
	path := files[field].Path
	switch {
	case !ok || was.Path == path:
		r.Text = fmt.Sprintf("%s changed (%s)", path, r.Path)
	default:
		r.Text = fmt.Sprintf("%s: %s → %s, whose text differs", r.Path, was.Path, path)
	}
	return r, true
}

// spares tells whether with another config an action would not be asked for that now is to be executed; or, for a step
// with nothing to execute, whether its actions would be others.
func (q inquiry) spares(ctx context.Context, config json.RawMessage, files map[string]steps.File) bool {
	full, err := withFiles(config, files)
	if err != nil {
		return true
	}
	step, err := q.stage.node.kind.New(full)
	if err != nil {
		return true // it could not have been so with the other fields as they are now
	}
	other := &stage{node: q.stage.node, inputs: q.stage.inputs}
	if err := q.runner.split(ctx, other, &stageInputs{runner: q.runner, stage: other}, step); err != nil {
		return true
	}
	if q.stage.data != nil {
		return other.symbol != q.stage.symbol
	}
	asked := map[string]bool{}
	for _, a := range other.actions {
		asked[a.symbol] = true
	}
	return slices.ContainsFunc(q.stage.pending(), func(a *action) bool { return !asked[a.symbol] })
}

// inputs finds the inputs that differ in what is worked on.
func (q inquiry) inputs(ctx context.Context) []Reason {
	var all []Reason
	for _, in := range q.stage.node.spec.Inputs {
		was, ok := q.was.Inputs[in.Field]
		now := pieceDigests(q.stage.inputs[in.Field])
		moved := ok && (was.Stream != in.Stream || was.Step != in.Step && q.runner.inPipeline(was.Step))
		switch {
		case !ok:
			all = append(all, q.reason(in.Field, nil, text(in.Step+"."+in.Stream)))
		case slices.Equal(was.Parts, now) || !q.concerns(in.Field, was.Parts):
		case moved:
			all = append(all, q.reason(in.Field, text(was.Step+"."+was.Stream), text(in.Step+"."+in.Stream)))
		default:
			all = append(all, q.behind(ctx, in, difference(was.Parts, now))...)
		}
	}
	return all
}

// concerns tells whether an action that is to be executed works on parts of an input that were not there before, or on
// all parts of an input that has others now.
func (q inquiry) concerns(field string, was []string) bool {
	old := map[string]bool{}
	for _, d := range was {
		old[d] = true
	}
	now := q.stage.inputs[field]
	for _, a := range q.stage.pending() {
		used := q.worksOn(a, field)
		if len(used) == len(now) || slices.ContainsFunc(used, func(i int) bool { return !old[now[i].Digest] }) {
			return true
		}
	}
	return q.stage.data != nil
}

// worksOn lists the parts of an input that an action works on, itself or through the earlier actions of its step.
func (q inquiry) worksOn(a *action, field string) []int {
	used := map[int]bool{}
	var follow func(a *action)
	follow = func(a *action) {
		for _, s := range a.Sources {
			switch s.Input {
			case field:
				used[s.Index] = true
			case "":
				follow(q.stage.actions[s.Action])
			}
		}
	}
	follow(a)
	return slices.Collect(maps.Keys(used))
}

// behind explains a changed input: by what is different about the step before it, if that is cached and so says nothing
// itself, or else by how the parts differ.
func (q inquiry) behind(ctx context.Context, in schema.Input, how string) []Reason {
	before := byName(q.stages, in.Step)
	if before != nil && before.data != nil {
		was, _ := q.runner.before(before, q.since, q.stages)
		up := inquiry{runner: q.runner, stages: q.stages, since: q.since, stage: before, was: q.runner.detail(ctx, was)}
		if up.was != nil && up.was.Kind == before.node.kind.Name {
			if causes := up.causes(ctx); len(causes) > 0 {
				return causes
			}
		}
	}
	return []Reason{{Text: fmt.Sprintf("%s.%s changed: %s", in.Step, in.Stream, how)}}
}

// difference tells how a list of parts differs from the one before.
func difference(was, now []string) string {
	left := map[string]int{}
	for _, d := range was {
		left[d]++
	}
	fresh := 0
	for _, d := range now {
		if left[d] == 0 {
			fresh++
		} else {
			left[d]--
		}
	}
	gone := len(was) - (len(now) - fresh)
	switch {
	case fresh > 0 && fresh == gone:
		return fmt.Sprintf("%s of %s new", thousands(fresh), count(len(now), "part"))
	case fresh > 0 && gone > 0:
		return fmt.Sprintf("%s of %s new, %s gone", thousands(fresh), count(len(now), "part"), thousands(gone))
	case fresh > 0:
		return fmt.Sprintf("%s of %s added", thousands(fresh), count(len(now), "part"))
	case gone > 0:
		return fmt.Sprintf("%s gone, %s left", count(gone, "part"), thousands(len(now)))
	}
	return "its parts come in another order"
}

func pieceDigests(pieces []piece) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		out[i] = p.Digest
	}
	return out
}

// files finds the shards that are new, changed or gone since.
func (q inquiry) files() []Reason {
	listed := map[string]bool{} // now, by name
	for _, s := range q.stage.listing {
		listed[s.Name] = true
	}
	byName, moved := map[string]steps.Shard{}, map[string]string{}
	var gone []steps.Shard
	for _, s := range q.was.Listing {
		byName[s.Name] = s
		if s.Digest != "" && !listed[s.Name] {
			moved[s.Digest] = s.Name
			gone = append(gone, s)
		}
	}
	var all []Reason
	for _, a := range q.stage.actions {
		if q.stage.data == nil && a.record != nil {
			continue
		}
		for _, s := range a.Shards {
			was, ok := byName[s.Name]
			switch {
			case ok && (was.Digest == "" || was.Digest == s.Digest):
			case ok:
				all = append(all, Reason{Text: s.Place + " changed"})
			case moved[s.Digest] != "":
				all = append(all, Reason{Text: fmt.Sprintf("%s is now called %s", moved[s.Digest], s.Name)})
				delete(moved, s.Digest)
			default:
				all = append(all, Reason{Text: s.Place + " is new"})
			}
		}
	}
	for _, s := range gone {
		if moved[s.Digest] == s.Name {
			all = append(all, Reason{Text: s.Place + " is gone"})
		}
	}
	return all
}

// unexplained is left when nothing differs from the run compared with: its results were never made, or are gone.
func (q inquiry) unexplained() []Reason {
	before := map[string]bool{}
	for _, s := range q.was.Symbols {
		before[s] = true
	}
	gone := 0
	for _, a := range q.stage.pending() {
		if before[a.symbol] {
			gone++
		}
	}
	if gone == 0 {
		return []Reason{{Text: fmt.Sprintf("not done in run %d", q.since.run.Number)}}
	}
	return []Reason{{Text: fmt.Sprintf("%s of %s missing from the store", count(gone, "result"), count(len(q.stage.actions), "part"))}}
}

// reason tells of a changed value, under the shortest path by which the user wrote it.
func (q inquiry) reason(field string, old, new json.RawMessage) Reason {
	r := Reason{Old: short(old), New: short(new)}
	r.Path, r.Pos = q.runner.origin(q.stage.node.spec.Name, field)
	r.At = r.Pos.String()
	switch {
	case old == nil:
		r.Text = fmt.Sprintf("%s: now %s", r.Path, r.New)
	case new == nil:
		r.Text = fmt.Sprintf("%s: was %s, now not set", r.Path, r.Old)
	default:
		r.Text = fmt.Sprintf("%s: %s → %s", r.Path, r.Old, r.New)
	}
	return r
}

// origin returns where the user wrote the value of a step's field, and the path that it has there: a model's setting
// stands under `models:`, a seed mostly at the top.
func (r *Runner) origin(step, field string) (string, schema.Position) {
	path := "steps." + step + "." + field
	pos, ok := r.position(path)
	if !ok || !r.writtenAt(pos, path, field) {
		return path, pos
	}
	return pos.Path, pos
}

// writtenAt tells whether the place is that of the value, and not that of what encloses a value left to its default.
func (r *Runner) writtenAt(pos schema.Position, path, field string) bool {
	if pos.Path == "" || pos.Path == path {
		return false
	}
	name := field[strings.LastIndex(field, ".")+1:]
	return pos.Path == name || strings.HasSuffix(pos.Path, "."+name)
}

func text(s string) json.RawMessage { return encodePlain(s) }

// short cuts a value to what fits on a line.
func short(v json.RawMessage) string {
	const most = 60
	v = bytes.TrimSpace(v)
	if len(v) <= most {
		return string(v)
	}
	return strings.ToValidUTF8(string(v[:most]), "") + "…"
}
