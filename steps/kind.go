package steps

import "context"

// RowsStream is the stream that holds the rows a step hands on, and RejectsStream the one that holds what became of
// the others. Both are the only streams that a later step can take as its input.
const (
	RowsStream    = "rows"
	RejectsStream = "rejects"
)

// A Kind is what a step does: its configuration, its version and its work.
type Kind struct {
	// Name is the word of `kind:` in CUE, lower case: "filter".
	Name string

	// Version is raised when equal inputs may give other output than before. It is part of every key.
	Version int

	// Schema is the CUE source of the kind's definition, a file of package sft: `#Filter: {#step, kind: "filter", …}`.
	// Attributes on its fields tell what the tool does with them: @default(value) is filled in where the user says
	// nothing, @default(pipeline.seed) takes the pipeline's seed, @input() marks a handle of another step, @file() a
	// path whose content takes the path's place in the key, @key(false) a field that cannot change any result.
	Schema string

	// Publishes names the stream that is written to the file of `publish:`. Empty means RowsStream.
	Publishes string

	// Meta is the column under which publication adds what is known of a row's making to the row, such as
	// "sample_meta": Action.Meta joined with the row's own provenance. Empty adds nothing.
	Meta string

	// EachRow says that every row of the inputs ends in exactly one state: handed on in RowsStream, dropped or
	// failed. The runner then checks that the counts reconcile, and refuses a result in which they do not.
	EachRow bool

	// Asks says that actions put questions (In.Ask) to models. Such an action is replayed until all its questions
	// are answered, and a plan replays it without sending anything, to see which questions are new.
	Asks bool

	// New validates the config of a step: one JSON object with the kind's own fields, defaults filled, inputs and
	// publish taken out, every @file() field replaced by a File. An error that concerns a field is a *FieldError.
	New func(config []byte) (Step, error)

	// Do executes one action. It may use nothing but its arguments, must give the same rows for the same action on
	// every machine, and returns ErrPending, after asking all that it can ask, when answers are missing. What it has
	// written to out by then is thrown away.
	Do func(ctx context.Context, a Action, in In, out Out) error
}

// A Step is the validated config of one step of a pipeline.
type Step interface {
	// Actions splits the work into actions, in the order in which their output is strung together. It must be cheap
	// and deterministic, and must not read data: plans call it often.
	Actions(ctx context.Context, in Inputs) ([]Action, error)
}

// A Checker is a Step that can tell from its declared files whether it could work at all, such as a prompt without
// its placeholder. The runner calls Check before any work starts. An error that concerns a field is a *FieldError.
type Checker interface {
	Check(read func(File) ([]byte, error)) error
}

// Inputs is what a step has to split: the datasets that came in, and the files outside the store.
type Inputs interface {
	// Parts lists the parts of the stream that the input field (its path in the config, "input") is connected to.
	Parts(input string) []Part

	// Shards lists the files outside the store that are wanted, sorted by name. Those of this machine come without
	// digests. None found is an error, which names what was looked for.
	Shards(ctx context.Context, w Wanted) ([]Shard, error)

	// Digest fills in the digests of shards that have none. It reads them only where they changed since they were last
	// read.
	Digest(ctx context.Context, shards []Shard) error
}

// Wanted names files outside the store: those of a pattern or those at an address.
type Wanted struct {
	// From is a glob of files on this machine, relative to the folder of the pipeline, or an address elsewhere such as
	// hf://OWNER/NAME. It stands as the user wrote it.
	From string `json:"from"`

	// Config and Split choose among the files of an address that stands for a dataset with configurations and splits; ""
	// is the default configuration, and all splits. They choose nothing among files that From names one by one or by a
	// glob, on this machine or elsewhere.
	Config string `json:"config,omitempty"`
	Split  string `json:"split,omitempty"`
}

// A Part is an immutable object of a dataset.
type Part struct {
	Digest string `json:"digest"`         // SHA-256 of the bytes, hex
	Size   int64  `json:"size"`           // bytes
	Rows   int    `json:"rows,omitempty"` // rows in it, where it has rows
	Media  string `json:"media,omitempty"`
}

// Media types of parts.
const (
	MediaRows = "application/jsonl" // one JSON object a line, each line ended by "\n"
	MediaJSON = "application/json"
)

// A Shard is a file outside the store that holds rows.
type Shard struct {
	Name   string `json:"name"`   // path below the fixed part of the pattern, with slashes; moving all shards to another folder keeps it
	Place  string `json:"place"`  // where it lies: a path or an address; never part of a key
	Size   int64  `json:"size"`   // bytes
	Digest string `json:"digest"` // of the bytes: SHA-256, hex, or NAME:VALUE where only another one is told; "" until Inputs.Digest
}

// A File is a small file that the config names and whose content the step depends on: a prompt, a list of words.
type File struct {
	Path   string `json:"path"`   // as written in the config; never part of a key
	Digest string `json:"digest"` // SHA-256 of the bytes, hex
}

// A FieldError is a mistake in the config, or one that changing the config would mend. The runner adds the step's
// name and the place in the user's file.
type FieldError struct {
	Field string // path within the step's config: "prompts.user"
	Text  string // what is wrong, and what to do
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Text }

// A ShardCounter is a Step that can tell from a little of a shard how many rows it has, for plans to say what an apply
// would read.
type ShardCounter interface {
	// ShardRows returns how many rows a shard has, or -1 if only reading all of it would tell; then it is not even
	// opened. A *FieldError says that it cannot be read at all; any other error leaves the rows unknown.
	ShardRows(ctx context.Context, s Shard, open func() (Reader, error)) (int, error)
}

// A Bounder is a Step that can tell how many rows it hands on at most, for a plan made before its inputs are there.
type Bounder interface {
	// MaxRows returns the most rows that come out when at most in rows come in (0 for a step without inputs), or -1
	// if that cannot be told. in is -1 where it is not known either.
	MaxRows(in int) int
}
