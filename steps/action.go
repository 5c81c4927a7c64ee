package steps

import (
	"context"
	"encoding/json"
	"fmt"
)

// An Action is the unit of work and of reuse: it is executed when its key is not known yet, and never otherwise. The
// key covers the kind and its version, Config, Files, the digests of Shards and of all parts of Sources.
type Action struct {
	// Label says in progress and plans which action this is: "train-00003-of-00012.parquet". Not in the key.
	Label string

	// Config holds what the result depends on, no more: the step's config projected onto this action. Made by Encode.
	Config json.RawMessage

	// Sources are the parts that the action works on, in order.
	Sources []Source

	// Shards are the files outside the store that the action reads. Their names are in the key only if Config holds
	// them. Such an action can run only where the files can be reached.
	Shards []Shard

	// Files are the declared files that the action reads (In.File).
	Files []File

	// Meta is a JSON object that publication joins to each row (see Kind.Meta), or nil. Not in the key.
	Meta json.RawMessage
}

// A Source is one input of an action: part Index of the step's input Input; or, where Input is empty, all parts of
// Stream that the step's own action number Action makes.
type Source struct {
	Input string `json:"input,omitempty"`
	Index int    `json:"index,omitempty"`

	Action int    `json:"action,omitempty"`
	Stream string `json:"stream,omitempty"`
}

// Encode returns v as JSON, for Action.Config and Action.Meta. It panics if v cannot be JSON, which for the plain
// structs of configs cannot happen.
func Encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return b
}

// In is what an action works on. Its methods may be called from several goroutines.
type In interface {
	// Parts lists the parts of source number i of the action: one part of an input, or all that an earlier action made.
	Parts(i int) []Part

	// Read returns the bytes of a part, verified against its digest.
	Read(ctx context.Context, p Part) ([]byte, error)

	// Open gives random access to a part. What it returns is verified only if all of it is read in one go, so what
	// is read out of order must be verified by its reader.
	Open(ctx context.Context, p Part) (Reader, error)

	// Shard opens shard number i of the action. The runner fails the action if the file changes meanwhile.
	Shard(ctx context.Context, i int) (Reader, error)

	// File returns the bytes of a declared file, verified.
	File(ctx context.Context, f File) ([]byte, error)

	// Ask returns the reply to a question if it has been answered. Otherwise the error is ErrPending (the question
	// is noted; go on asking the others, then return ErrPending from Do) or a *Refusal (settled: there will be no
	// reply).
	Ask(ctx context.Context, q Question) (Reply, error)
}

// Out takes what an action makes. Rows of a stream are cut into parts by the content of the rows, so that a row more
// or less changes one part. Its methods must be called from one goroutine.
type Out interface {
	// Row appends a row to RowsStream.
	Row(r Row) error

	// Drop says that a row is left out on purpose, Fail that it should have been handed on but could not be. Reason
	// is a short phrase that is counted and shown ("too short"), detail may tell more of this row ("312 tokens").
	Drop(from From, id, reason, detail string) error
	Fail(from From, id string, why Refusal) error

	// Line appends one line of JSON (without line end) to a stream of the action's own, for a later action of the
	// same step. Object adds a whole object to a stream.
	Line(stream string, line []byte) error
	Object(stream, media string, data []byte) error

	// Count adds n to a figure of the step's report: Count("rows by source", "cpldcpu", 1).
	Count(group, name string, n int)

	// Halt lets the action end well and be kept, but stops the pipeline behind this step with the problem given: a
	// check whose verdict is no. The same verdict is given again, without work, until something changes.
	Halt(problem string)
}

// A Row is one row that a step hands on.
type Row struct {
	Bytes      []byte // one JSON object on one line, without line end; not kept by the receiver
	From       From   // the row that it was made of
	Provenance []byte // how this very row was made in this run, a JSON object on one line, or nil; joined by publication
}

// From names the row that a row was made of: row number Row (from 0) of the part of source number Source. A row from
// outside has Source -1, and Row its number within the action's first shard.
type From struct {
	Source, Row int
}

// Reader is random access to an object of a known size.
type Reader interface {
	ReadAt(p []byte, off int64) (int, error)
	Size() int64
	Close() error
}
