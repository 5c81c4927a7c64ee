package runner

import (
	"context"
	"runtime"
	"sync"

	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps"
)

// Options are what a Runner works on. All fields but the last group are needed.
type Options struct {
	Pipeline *schema.Pipeline
	Kinds    []steps.Kind
	Gateway  Gateway
	Store    *store.Store
	Dir      string // folder of pipeline.cue
	State    string // folder of what this machine remembers: lock, digests of inputs, what was published
	Output   string // folder of published files

	Sources []Source // of shards that are no files of this machine, in the order in which they are asked

	Variant     string
	Workers     int    // actions executed at once; 0 = all CPUs
	Target      string // step to plan and apply, with those before it; "" = all
	MaxRows     int    // rows of a paid step that a trial takes; 0 = all
	RetryFailed bool   // ask again for what is settled as failed
	Force       bool   // overwrite published files that were changed by hand
	Tool        string // version of sftrun, for the run record
	Git         string // commit of the pipeline, and "edited", for the run record

	// Lookups is how many names are looked for in the store at once; 0 = Workers. A store at the end of a wire answers many
	// at a time.
	Lookups int

	// Turn is taken before models are asked, so that no other process that works with the store asks the same at the same
	// time. nil: there is none.
	Turn Turn

	// Room tells how many bytes may still be written where the store lies, if that is known. nil knows nothing.
	Room func() (bytes int64, known bool)
}

// A Runner plans and applies one pipeline. It must not be used by two goroutines at once.
type Runner struct {
	opt     Options
	kinds   map[string]steps.Kind
	outside *outside

	publishing sync.Mutex // what is remembered of published files
	looking    sync.Mutex // places in the user's files
	retried    keySet     // questions that were taken back, on demand: each once, whoever asks them
}

// New returns a Runner. It reads nothing but what is remembered of the inputs.
func New(opt Options) *Runner {
	r := &Runner{opt: opt, kinds: map[string]steps.Kind{}}
	for _, k := range opt.Kinds {
		r.kinds[k.Name] = k
	}
	r.outside = newOutside(opt.Dir, opt.Sources, r.loadMemos())
	return r
}

func (r *Runner) workers() int {
	if r.opt.Workers > 0 {
		return r.opt.Workers
	}
	return runtime.GOMAXPROCS(0)
}

func (r *Runner) lookups() int {
	if r.opt.Lookups > 0 {
		return r.opt.Lookups
	}
	return r.workers()
}

// stages of the steps that are wanted, in order, none resolved yet. What they are shown of the files outside is as of
// now.
func (r *Runner) stages() ([]*stage, error) {
	r.outside.relist()
	nodes, err := r.graph()
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	if r.opt.Target != "" {
		if wanted, err = ancestors(nodes, r.opt.Target); err != nil {
			return nil, err
		}
	}
	var list []*stage
	for _, n := range nodes {
		if r.opt.Target == "" || wanted[n.spec.Name] {
			list = append(list, &stage{node: n})
		}
	}
	return list, nil
}

// feed gives the datasets that a stage's inputs are connected to, and the steps that it waits for if not all are
// there. What is behind a step that halted waits in vain.
func feed(stages []*stage, st *stage, done func(*stage) bool) (inputs map[string][]piece, waits []string) {
	inputs = map[string][]piece{}
	for _, in := range st.node.spec.Inputs {
		from := byName(stages, in.Step)
		if !done(from) || from.data.Halt != "" {
			waits = append(waits, in.Step)
			st.blocked = st.blocked || from.blocked || done(from)
			continue
		}
		inputs[in.Field] = from.data.Streams[in.Stream]
		st.behindTrial = st.behindTrial || from.trial || from.behindTrial
		st.partial = st.partial || st.behindTrial || from.partial || from.data.Failures() > 0
	}
	return inputs, waits
}

// executor of this runner's tasks.
func (r *Runner) executor() executor { return executor{store: r.opt.Store, files: r.outside} }

// since finds the run to compare with.
func (r *Runner) since(ctx context.Context) (past, error) {
	return lastRun(ctx, r.opt.Store, r.opt.Pipeline.Name, r.opt.Variant)
}
