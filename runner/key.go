package runner

// What a key covers, and what goes wrong if one of it were forgotten:
//
//   - the scheme of keys (Scheme): results of an older tool would be taken for results of this one;
//   - the kind and its version: a mended kind would go on handing out what the defect made;
//   - the action's config, evaluated, with defaults filled, canonical: a changed setting would change nothing;
//     (the seed is part of it where the kind uses it; so is a shard's name where rows are drawn by it)
//   - the digests of declared files: a reworded prompt would give the old answers;
//   - the digests of the shards read, and of every part of every source, in order: changed data would go unnoticed;
//   - the number of rows that a trial (apply --max-rows) was held to: a trial would pass for the whole.
//
// What it leaves out on purpose, since it cannot change a stored row: names of steps, comments, formatting, the order
// of fields, paths of files and folders, workers, rate limits, API keys, output folder and published names, prices,
// batch or sync. Putting one of these in would redo, and pay for, work that is there already.

import (
	"encoding/json"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// Scheme is the version of the way in which keys are made.
const Scheme = 1

// Pieces is all that the key of an action covers. Records keep it, so that a plan can say which piece changed.
type Pieces struct {
	Scheme  int             `json:"scheme"`
	Kind    string          `json:"kind"`
	Version int             `json:"version"`
	Config  json.RawMessage `json:"config"`            // canonical
	Files   []string        `json:"files,omitempty"`   // digests
	Shards  []string        `json:"shards,omitempty"`  // digests
	Sources [][]string      `json:"sources,omitempty"` // digests of the parts of each source
	First   int             `json:"first,omitempty"`   // rows that a trial takes of the first source; 0 = all
}

// Key is the digest of the pieces.
func (p Pieces) Key() string {
	return store.Digest(steps.Encode(p))
}

// pieces of an action of kind k, with the digests of its sources.
func pieces(k steps.Kind, a steps.Action, config json.RawMessage, sources [][]string, first int) Pieces {
	p := Pieces{Scheme: Scheme, Kind: k.Name, Version: k.Version, Config: config, Sources: sources, First: first}
	for _, f := range a.Files {
		p.Files = append(p.Files, f.Digest)
	}
	for _, s := range a.Shards {
		p.Shards = append(p.Shards, s.Digest)
	}
	return p
}

// digests of parts, in order.
func digests(parts []steps.Part) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p.Digest
	}
	return out
}
