package steptest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"sftrun.local/steps"
)

// partsEach is how many parts rows are divided into where a case does not say.
const partsEach = 3

// A world is all that is outside a kind: its inputs, files and answers, and the objects that hold them.
type world struct {
	kind    steps.Kind
	config  []byte
	files   map[string]string
	objects map[string][]byte // by digest
	inputs  map[string][]steps.Part
	shards  []steps.Shard
	replies func(steps.Question) (steps.Reply, error)
	answers map[string]answer // by key of the question
	asked   []steps.Question
}

type answer struct {
	reply steps.Reply
	err   error
}

func newWorld(kind steps.Kind, c Case) (*world, error) {
	w := &world{
		kind: kind, files: c.Files, replies: c.Replies,
		objects: map[string][]byte{}, inputs: map[string][]steps.Part{}, answers: map[string]answer{},
	}
	for input, rows := range c.Inputs {
		w.inputs[input] = w.cut(rows, c.PartRows)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Shards)) {
		digest := w.keep([]byte(c.Shards[name]))
		w.shards = append(w.shards, steps.Shard{
			Name: name, Place: "somewhere/" + name, Size: int64(len(c.Shards[name])), Digest: digest,
		})
	}
	var err error
	w.config, err = w.withDigests(c.Config)
	return w, err
}

// keep stores an object and returns its digest.
func (w *world) keep(data []byte) string {
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	w.objects[digest] = data
	return digest
}

// cut stores rows as parts of at most n rows, or as three parts if n is 0.
func (w *world) cut(rows []string, n int) []steps.Part {
	if n == 0 {
		n = (len(rows) + partsEach - 1) / partsEach
	}
	var parts []steps.Part
	for chunk := range slices.Chunk(rows, max(n, 1)) {
		parts = append(parts, w.part(chunk))
	}
	return parts
}

// part stores rows as one part.
func (w *world) part(rows []string) steps.Part {
	var data bytes.Buffer
	for _, row := range rows {
		data.WriteString(row)
		data.WriteByte('\n')
	}
	return steps.Part{Digest: w.keep(data.Bytes()), Size: int64(data.Len()), Rows: len(rows), Media: steps.MediaRows}
}

// withDigests fills in the digests of declared files, which are kept on the way.
func (w *world) withDigests(config string) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader([]byte(config)))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("the case's Config is not a JSON object: %w", err)
	}
	w.fillDigests(v)
	return json.Marshal(v)
}

func (w *world) fillDigests(v any) {
	switch v := v.(type) {
	case map[string]any:
		if path, ok := v["path"].(string); ok {
			if text, ok := w.files[path]; ok {
				v["digest"] = w.keep([]byte(text))
			}
		}
		for _, field := range v {
			w.fillDigests(field)
		}
	case []any:
		for _, element := range v {
			w.fillDigests(element)
		}
	}
}

// A world is the steps.Inputs of its step.

// Parts lists the parts of an input.
func (w *world) Parts(input string) []steps.Part { return slices.Clone(w.inputs[input]) }

// Shards lists all files outside, whatever is wanted, without their digests.
func (w *world) Shards(_ context.Context, wanted steps.Wanted) ([]steps.Shard, error) {
	if len(w.shards) == 0 {
		return nil, fmt.Errorf("no file matches %s", wanted.From)
	}
	shards := slices.Clone(w.shards)
	for i := range shards {
		shards[i].Digest = ""
	}
	return shards, nil
}

// Digest fills in the digests of shards.
func (w *world) Digest(_ context.Context, shards []steps.Shard) error {
	for i, s := range shards {
		known := slices.IndexFunc(w.shards, func(k steps.Shard) bool { return k.Place == s.Place })
		if known < 0 {
			return fmt.Errorf("no file at %q", s.Place)
		}
		shards[i].Digest = w.shards[known].Digest
	}
	return nil
}
