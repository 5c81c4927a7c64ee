package runner

import "fmt"

// A Move is one thing that a saved plan rests on and that is not as it was.
type Move struct {
	Path string `json:"path,omitempty"` // CUE path, if it stands in the pipeline
	Old  string `json:"old,omitempty"`  // value as JSON, "" if there was none
	New  string `json:"new,omitempty"`
	At   string `json:"at,omitempty"` // place of the new value, file:line:col
	Text string `json:"text"`         // all of it in words, but for the place
}

// compareSaved tells what has moved between a saved plan and the same plan made now. What follows from something that
// has moved is not told as well. But if the plans differ and nothing is found to have moved, then how they differ is.
func (r *Runner) compareSaved(s, now *SavedPlan) []Move {
	moves := r.causes(s, now)
	moves = append(moves, runMoves(s, now)...)
	if len(moves) == 0 {
		moves = publishedMoves(s, now)
	}
	if len(moves) == 0 {
		moves = effects(s, now)
	}
	return moves
}

// causes are moves of what the user and the program lay down.
func (r *Runner) causes(s, now *SavedPlan) []Move {
	moves := r.pipelineMoves(s.Basis.Pipeline, now.Basis.Pipeline)
	for _, b := range now.Basis.Steps {
		if was := s.step(b.Name); was != nil {
			moves = append(moves, fileMoves(was, b)...)
			moves = append(moves, r.inputMoves(was, b)...)
		}
	}
	return append(moves, toolMoves(s, now)...)
}

// toolMoves tells of another sftrun.
func toolMoves(s, now *SavedPlan) []Move {
	var moves []Move
	if s.Basis.Scheme != now.Basis.Scheme {
		moves = append(moves, moveOf("keys are made in a new way: scheme", s.Basis.Scheme, now.Basis.Scheme))
	}
	for _, kind := range sortedKeys(now.Basis.Kinds) {
		if was, ok := s.Basis.Kinds[kind]; ok && was != now.Basis.Kinds[kind] {
			moves = append(moves, moveOf("kind "+kind+" has another version:", was, now.Basis.Kinds[kind]))
		}
	}
	if s.Tool != now.Tool {
		moves = append(moves, moveOf("sftrun has another version:", s.Tool, now.Tool))
	}
	return moves
}

func moveOf(what string, old, new any) Move {
	return Move{Old: fmt.Sprint(old), New: fmt.Sprint(new), Text: fmt.Sprintf("%s %v → %v", what, old, new)}
}
