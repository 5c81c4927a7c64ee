package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// stage is one step in the making: its actions, and how far each has come. The planner fills it from the store; an
// apply goes on from there. It belongs to one goroutine.
type stage struct {
	node        *node
	inputs      map[string][]piece // by field, once the steps before are done
	pins        []Pin              // the states at which the addresses of its shards were listed
	listing     []steps.Shard      // all shards that Actions was shown, with digests where it asked for them
	actions     []*action
	symbol      string    // key of the step, see Manifest
	data        *Manifest // once all actions are done
	trial       bool      // apply --max-rows left some of its rows out
	behindTrial bool      // a step before it was held to a trial
	missing     int       // actions without a record
	joining     sync.Once // makes meta, once the data are there
	meta        string    // digest of what publication joins to its rows
	blocked     bool      // it is behind a step that halted
	partial     bool      // it, or a step before it, has failed rows or was held to a trial
}

// action is one action of a stage.
type action struct {
	steps.Action
	config   json.RawMessage // canonical
	symbol   string          // key with the earlier actions of the step in place of what they make
	task     *task           // once all sources are known
	record   *Record         // once it is done, now or at any time before; lean
	again    string          // why it is executed again though it has been, or ""
	reask    bool            // what was refused is to be asked again
	disputed map[string]bool // keys of the questions that this concerns
	open     pending         // the questions that it waited for when it was last executed
	first    int             // rows that a trial takes, 0 = all
	unmade   int             // sources that earlier actions of the step have still to make
	feeds    []*action       // later actions of the step that take what this one makes, once for each source
}

// piece is a part of a dataset, and which action made it.
type piece struct {
	steps.Part
	Action int `json:"action"` // number of the action within its step
	Nth    int `json:"nth"`    // number of the part within the action's stream
}

// resolve splits the work of a stage whose inputs are known, and finds what is done already.
func (r *Runner) resolve(ctx context.Context, st *stage, inputs map[string][]piece) error {
	st.inputs = inputs
	in := &stageInputs{runner: r, stage: st}
	if err := r.split(ctx, st, in, st.node.step); err != nil {
		return r.place(st.node, err)
	}
	if done, err := r.fromManifest(ctx, st); done || err != nil {
		return err
	}
	return r.settle(ctx, st)
}

// split asks a step for its actions and gives each its symbol.
func (r *Runner) split(ctx context.Context, st *stage, in steps.Inputs, step steps.Step) error {
	list, err := step.Actions(ctx, in)
	if err != nil {
		return err
	}
	st.actions = make([]*action, 0, len(list))
	held := r.trial(st, list)
	var configs canonicals
	for i, a := range list {
		config, err := configs.of(a.Config)
		if err != nil {
			return err
		}
		act := &action{Action: a, config: config}
		if held != nil {
			act.first = held[i]
			st.trial = st.trial || act.first != 0
		}
		if act.first < 0 {
			continue
		}
		st.actions = append(st.actions, act)
		if err := st.symbolise(act); err != nil {
			return err
		}
	}
	st.symbol = stepSymbol(st)
	st.link()
	return nil
}

// trial tells for each action how many rows it takes if the step is held to its first rows: 0 for all, -1 for none.
// Only a step that asks, and each action of which takes rows of its own, can be held.
func (r *Runner) trial(st *stage, list []steps.Action) []int {
	if r.opt.MaxRows == 0 || !st.node.kind.Asks {
		return nil
	}
	remaining := r.opt.MaxRows
	held := make([]int, len(list))
	for i, a := range list {
		if len(a.Sources) != 1 || a.Sources[0].Input == "" || a.Sources[0].Index >= len(st.inputs[a.Sources[0].Input]) {
			return nil
		}
		held[i] = st.hold(a, &remaining)
	}
	return held
}

func (st *stage) hold(a steps.Action, remaining *int) int {
	rows := st.inputs[a.Sources[0].Input][a.Sources[0].Index].Rows
	switch {
	case *remaining == 0:
		return -1
	case rows > *remaining:
		take := *remaining
		*remaining = 0
		return take
	}
	*remaining -= rows
	return 0
}

// symbolise gives an action its symbol: its key, but with "what action N of this step makes" for sources that only
// running that action would tell.
func (st *stage) symbolise(a *action) error {
	sources := make([][]string, len(a.Sources))
	for i, s := range a.Sources {
		switch {
		case s.Input != "":
			parts, ok := st.inputs[s.Input]
			if !ok || s.Index < 0 || s.Index >= len(parts) {
				return fmt.Errorf("kind %s names part %d of input %q, which is not there", st.node.kind.Name, s.Index, s.Input)
			}
			sources[i] = []string{parts[s.Index].Digest}
		case s.Action < 0 || s.Action >= len(st.actions)-1:
			return fmt.Errorf("kind %s: action %d takes what action %d makes, which does not come before it", st.node.kind.Name, len(st.actions)-1, s.Action)
		default:
			sources[i] = []string{"made by", st.actions[s.Action].symbol, s.Stream}
		}
	}
	a.symbol = pieces(st.node.kind, a.Action, a.config, sources, a.first).Key()
	return nil
}

// stepSymbol digests the symbols of all actions: the key of the step as a whole. Kind and version are in it too, for a
// step that has no actions.
func stepSymbol(st *stage) string {
	symbols := []string{fmt.Sprint(Scheme), st.node.kind.Name, fmt.Sprint(st.node.kind.Version)}
	for _, a := range st.actions {
		symbols = append(symbols, a.symbol)
	}
	return store.Digest(steps.Encode(symbols))
}

// present tells whether all that a record names is in the store. It reads no data.
func (r *Runner) present(ctx context.Context, rec *Record) (bool, error) {
	missing, err := r.missing(ctx, rec.entries())
	return len(missing) == 0, err
}

// stageInputs implements steps.Inputs for one stage.
type stageInputs struct {
	runner *Runner
	stage  *stage
}

func (in *stageInputs) Parts(input string) []steps.Part {
	parts := make([]steps.Part, len(in.stage.inputs[input]))
	for i, p := range in.stage.inputs[input] {
		parts[i] = p.Part
	}
	return parts
}

// Shards lists files. Steps without inputs are resolved together, so they may share what was listed.
func (in *stageInputs) Shards(ctx context.Context, w steps.Wanted) ([]steps.Shard, error) {
	list := in.runner.outside.list
	if len(in.stage.node.spec.Inputs) == 0 {
		list = in.runner.outside.listOnce
	}
	found, err := list(ctx, w)
	if err == nil {
		err = in.runner.notItsOwn(found.Shards)
	}
	in.stage.pin(w, found)
	in.stage.listing = append(in.stage.listing, found.Shards...)
	return found.Shards, err
}

// notItsOwn makes sure that a pipeline does not read what it publishes or stores: it would grow with every apply.
func (r *Runner) notItsOwn(shards []steps.Shard) error {
	sound := ""
	for _, s := range shards {
		if r.outside.source(s.Place) != nil {
			continue
		}
		folder := filepath.Dir(r.outside.path(s.Place))
		if folder == sound {
			continue
		}
		for what, own := range map[string]string{"output": r.opt.Output, "state": r.opt.State} {
			if rel, err := filepath.Rel(own, folder); err == nil && filepath.IsLocal(rel) {
				return fmt.Errorf("%s lies in the %s folder, so the pipeline would read what it writes.  Move it, or name another folder for the output", s.Place, what)
			}
		}
		sound = folder
	}
	return nil
}

func (in *stageInputs) Digest(ctx context.Context, shards []steps.Shard) error {
	return in.runner.outside.digest(ctx, shards, in.runner.workers())
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

// waiting lists those of them that could be executed now.
func (st *stage) waiting() []*action {
	return slices.DeleteFunc(st.pending(), func(a *action) bool { return a.task == nil })
}

// byName returns the stage of a step, nil if there is none.
func byName(stages []*stage, name string) *stage {
	i := slices.IndexFunc(stages, func(s *stage) bool { return s.node.spec.Name == name })
	if i < 0 {
		return nil
	}
	return stages[i]
}
