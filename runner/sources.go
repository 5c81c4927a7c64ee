package runner

import (
	"context"
	"slices"

	"sftrun.local/steps"
)

// A Source lists and reads shards that are no files of this machine. Its methods may be called from several goroutines.
// Their errors are one line that names the address, says what is wrong and what to do, and holds no secret: they are
// shown behind the field of the user's file in which the address stands.
type Source interface {
	// Claims tells whether a text is meant to be an address of this source, rightly written or not, or is the place of a
	// shard that it listed. It looks at the text alone.
	Claims(address string) bool

	// List finds the shards that are wanted. It reads no rows. None found is an error. While one command runs it gives the
	// same answer to the same question, so that an apply does what its plan said.
	List(ctx context.Context, w steps.Wanted) (Listing, error)

	// Open gives random access to a shard that List gave. Reads end when ctx does. All bytes must be of the object with
	// the shard's digest: when another one has taken its place, Open or a read fails, if only the last one of a file that
	// is read from its beginning to its end.
	Open(ctx context.Context, s steps.Shard) (steps.Reader, error)
}

// A Peeker is a Source that can open a shard of which little will be read, and fetch less at a time then.
type Peeker interface {
	// Peek is Source.Open for a few bytes here and there.
	Peek(ctx context.Context, s steps.Shard) (steps.Reader, error)
}

// A Listing is what a Source finds.
type Listing struct {
	// Shards are sorted by name. Each has a Place that the source claims, its Size, and a Digest that is another one when
	// the bytes are others: SHA-256 in hex where that is known, so that the same file elsewhere is known again, or else
	// NAME:VALUE.
	Shards []steps.Shard `json:"shards"`

	// Pin is the address at the state that was listed, as a user may write it to read that state again:
	// hf://OWNER/NAME@COMMIT. "" where states have no names.
	Pin string `json:"pin,omitempty"`

	// State says in a few words what the pin stands for: "main is 1a2b3c4d". "" where there is nothing to say.
	State string `json:"state,omitempty"`
}

// source returns the source that a text is meant for, nil if it is meant for files of this machine.
func (f *outside) source(text string) Source {
	i := slices.IndexFunc(f.sources, func(s Source) bool { return s.Claims(text) })
	if i < 0 {
		return nil
	}
	return f.sources[i]
}

// listAt lists what is wanted of a source, and remembers it. An address that is written at a state is not listed again:
// what was found there once is there for ever.
func (f *outside) listAt(ctx context.Context, s Source, w steps.Wanted) (Listing, error) {
	key := string(steps.Encode(w))
	f.mu.Lock()
	last, ok := f.last[key]
	f.mu.Unlock()
	if ok && (f.asLast || last.Pin == w.From) {
		last.Shards = slices.Clone(last.Shards)
		return last, nil
	}
	now, err := s.List(ctx, w)
	if err != nil {
		return Listing{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last[key], f.fresh = now, f.fresh || now.Pin != last.Pin || now.Pin == ""
	now.Shards = slices.Clone(now.Shards)
	return now, nil
}

// shown is how a shard is called in texts: by its place, or where that changes with every state of its source, by name.
func (f *outside) shown(s steps.Shard) string {
	if f.source(s.Place) != nil {
		return s.Name
	}
	return s.Place
}
