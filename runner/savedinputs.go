package runner

import (
	"fmt"
	"maps"
	"slices"

	"sftrun.local/steps"
)

// fileMoves tells which declared files of a step hold other bytes. One that is another file is a move of the pipeline.
func fileMoves(was *StepBasis, now StepBasis) []Move {
	var moves []Move
	for _, field := range sortedKeys(now.Files) {
		before, ok := was.Files[field]
		if file := now.Files[field]; ok && before.Path == file.Path && before.Digest != file.Digest {
			moves = append(moves, Move{Old: digest12(before.Digest), New: digest12(file.Digest), Text: fmt.Sprintf("%s changed (steps.%s.%s)", file.Path, now.Name, field)})
		}
	}
	return moves
}

// digest12 is enough of a digest to tell it from others.
func digest12(digest string) string { return digest[:min(12, len(digest))] }

// inputMoves tells which files from outside are new, changed or gone. A step that waits was shown none. Where the files of
// an address moved, the address leads: what was planned can still be had at its pin. That it stands for another state
// now is no move by itself, as long as the files are the same.
func (r *Runner) inputMoves(was *StepBasis, now StepBasis) []Move {
	if was.Symbol == "" || now.Symbol == "" {
		return nil
	}
	before, after := r.shardsOf(was), r.shardsOf(&now)
	var moves []Move
	for _, name := range slices.Sorted(maps.Keys(merged(before, after))) {
		old, there := before[name]
		new, here := after[name]
		how := "changed"
		switch {
		case !there:
			how = "is new"
		case !here:
			how = "is gone"
		case old.Size == new.Size && (old.Digest == "" || new.Digest == "" || old.Digest == new.Digest):
			continue
		}
		moves = append(moves, Move{Old: digest12(old.Digest), New: digest12(new.Digest), Text: fmt.Sprintf("%s %s (steps.%s)", name, how, now.Name)})
	}
	if len(moves) == 0 {
		return nil
	}
	return append(pinMoves(was, now), moves...)
}

// pinMoves tells which addresses stand for another state.
func pinMoves(was *StepBasis, now StepBasis) []Move {
	var moves []Move
	for _, p := range now.Pins {
		i := slices.IndexFunc(was.Pins, func(old Pin) bool { return old.From == p.From })
		if i >= 0 && was.Pins[i].At != p.At {
			old := was.Pins[i]
			moves = append(moves, Move{Old: old.At, New: p.At, Text: fmt.Sprintf("%s moved: %s, and the plan is of %s (steps.%s)", p.From, p.State, old.At, now.Name)})
		}
	}
	return moves
}

// shardsOf a step by what tells them apart: files of this machine by place, those of a source by name, as their places
// are others in each state.
func (r *Runner) shardsOf(b *StepBasis) map[string]steps.Shard {
	all := map[string]steps.Shard{}
	for _, s := range b.Inputs {
		if r.outside.source(s.Place) != nil {
			all[s.Name] = s
		} else {
			all[s.Place] = s
		}
	}
	return all
}

func merged[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// publishedMoves tells which published files hold other bytes.
func publishedMoves(s, now *SavedPlan) []Move {
	before := map[string]string{}
	for _, f := range s.Basis.Published {
		before[f.File] = f.Digest
	}
	var moves []Move
	for _, f := range now.Basis.Published {
		was, ok := before[f.File]
		how := "changed"
		switch {
		case !ok || was == f.Digest:
			continue
		case was == "":
			how = "was not there, and is now"
		case f.Digest == "":
			how = "is gone"
		}
		moves = append(moves, Move{Old: digest12(was), New: digest12(f.Digest), Text: f.File + " " + how})
	}
	return moves
}
