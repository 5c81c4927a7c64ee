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

// inquiry finds the causes for the actions of one stage that are to be executed. A cause is what, had it stayed as it
// was, would have spared an action: each changed field is put back alone, the step is split again, and if an action
// that is missing now would not be asked for then, the field is a cause. So a field that no action depends on is
// never named, and of two changes both are.
type inquiry struct {
	runner  *Runner
	stage   *stage
	was     *Detail
	missing []*action
}

func (r *Runner) reasons(ctx context.Context, st *stage, since past, was *RunStep) []Reason {
	q := inquiry{runner: r, stage: st, was: r.detail(ctx, was), missing: st.pending()}
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
	var all []Reason
	all = append(all, q.versions()...)
	all = append(all, q.fields(ctx)...)
	all = append(all, q.inputs()...)
	all = append(all, q.files()...)
	if len(all) == 0 {
		all = q.unexplained(since)
	}
	return all
}

// pending lists the actions that have no result.
func (st *stage) pending() []*action {
	var list []*action
	for _, a := range st.actions {
		if a.record == nil {
			list = append(list, a)
		}
	}
	return list
}

// again tells of actions that were executed before, for the same key, and have to be once more.
func (q inquiry) again() []Reason {
	counts := map[string]int{}
	for _, a := range q.missing {
		if a.again == "" {
			continue
		}
		counts[a.again]++
	}
	var all []Reason
	for _, why := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, Reason{Text: fmt.Sprintf("%s of %s: %s", count(counts[why], "part"), count(len(q.stage.actions), "part"), why)})
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

// spares tells whether with another config an action that is missing now would not be asked for.
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
	asked := map[string]bool{}
	for _, a := range other.actions {
		asked[a.symbol] = true
	}
	for _, a := range q.missing {
		if !asked[a.symbol] {
			return true
		}
	}
	return false
}

// inputs finds the inputs of which parts that were not there before are worked on.
func (q inquiry) inputs() []Reason {
	var all []Reason
	for _, in := range q.stage.node.spec.Inputs {
		was, ok := q.was.Inputs[in.Field]
		if !ok {
			all = append(all, q.reason(in.Field, nil, text(in.Step+"."+in.Stream)))
			continue
		}
		fresh := q.freshParts(in.Field, was.Parts)
		switch {
		case fresh == 0:
		case was.Stream != in.Stream || was.Step != in.Step && !q.renamed(was.Step, in.Step):
			all = append(all, q.reason(in.Field, text(was.Step+"."+was.Stream), text(in.Step+"."+in.Stream)))
		default:
			all = append(all, Reason{Text: fmt.Sprintf("%s.%s changed: %d of %s new", in.Step, in.Stream, fresh, count(len(q.stage.inputs[in.Field]), "part"))})
		}
	}
	return all
}

// renamed tells whether a step of another name is not in the pipeline any more, so that a new one may be it.
func (q inquiry) renamed(was, _ string) bool {
	for _, s := range q.runner.opt.Pipeline.Steps {
		if s.Name == was {
			return false
		}
	}
	return true
}

// freshParts counts the parts of an input that missing actions work on and that the input did not have before. A
// part that went away counts too where an action works on all of them.
func (q inquiry) freshParts(field string, was []string) int {
	old := map[string]bool{}
	for _, d := range was {
		old[d] = true
	}
	now := q.stage.inputs[field]
	fresh := map[string]bool{}
	for _, a := range q.missing {
		used := 0
		for _, s := range a.Sources {
			if s.Input != field {
				continue
			}
			used++
			if d := now[s.Index].Digest; !old[d] {
				fresh[d] = true
			}
		}
		if used > 1 && used == len(now) && len(fresh) == 0 && !slices.Equal(was, pieceDigests(now)) {
			return max(1, len(was)-len(now))
		}
	}
	return len(fresh)
}

func pieceDigests(pieces []piece) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		out[i] = p.Digest
	}
	return out
}

// files finds the shards that are new or changed since.
func (q inquiry) files() []Reason {
	byName, byDigest := map[string]steps.Shard{}, map[string]string{}
	for _, s := range q.was.Listing {
		byName[s.Name] = s
		if s.Digest != "" {
			byDigest[s.Digest] = s.Name
		}
	}
	var all []Reason
	for _, a := range q.missing {
		for _, s := range a.Shards {
			was, listed := byName[s.Name]
			switch {
			case listed && (was.Digest == "" || was.Digest == s.Digest):
			case listed:
				all = append(all, Reason{Text: s.Place + " changed"})
			case byDigest[s.Digest] != "":
				all = append(all, Reason{Text: fmt.Sprintf("%s is now called %s", byDigest[s.Digest], s.Name)})
			default:
				all = append(all, Reason{Text: s.Place + " is new"})
			}
		}
	}
	return all
}

// unexplained is left when nothing differs from the run compared with: its results were never made, or are gone.
func (q inquiry) unexplained(since past) []Reason {
	before := map[string]bool{}
	for _, s := range q.was.Symbols {
		before[s] = true
	}
	gone := 0
	for _, a := range q.missing {
		if before[a.symbol] {
			gone++
		}
	}
	if gone == 0 {
		return []Reason{{Text: fmt.Sprintf("not done in run %d", since.run.Number)}}
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
