package runner

import (
	"encoding/json"
	"strings"
)

// pipelineMoves tells which values of the evaluated pipeline are others.
func (r *Runner) pipelineMoves(was, is json.RawMessage) []Move {
	before, err := flatten(was)
	if err != nil {
		return []Move{{Text: "the pipeline changed"}}
	}
	now, err := flatten(is)
	if err != nil {
		return []Move{{Text: "the pipeline changed"}}
	}
	var moves []Move
	seen := map[string]bool{}
	for _, path := range changed(before, now) {
		if before.under(path) || now.under(path) {
			continue // an object that was empty, or is now: what it holds is told
		}
		m := r.pathMove(path, before, now)
		if !seen[m.Text] {
			seen[m.Text] = true
			moves = append(moves, m)
		}
	}
	return moves
}

// pathMove tells of one value of the evaluated pipeline that changed, under the path by which the user wrote it.
func (r *Runner) pathMove(path string, before, now flat) Move {
	parts := splitPath(path)
	if len(parts) > 2 && parts[0] == "steps" {
		step := "steps." + parts[1]
		switch had, has := before.under(step), now.under(step); {
		case !had:
			pos, _ := r.position(step)
			return Move{Path: step, At: pos.String(), Text: step + " is new"}
		case !has:
			return Move{Path: step, Text: step + " is gone"}
		}
		field := fieldOf(parts)
		origin, pos := r.origin(parts[1], field)
		return valueMove(origin, pos.String(), before, now, path)
	}
	pos, _ := r.position(path)
	return valueMove(path, pos.String(), before, now, path)
}

// valueMove of what stands at a place of two pipelines, under the name that the user gave it.
func valueMove(name, at string, before, now flat, path string) Move {
	m := Move{Path: name, At: at}
	m.Old, m.New = short(before[path], now[path])
	m.Text = changeText(name, m.Old, m.New)
	return m
}

// fieldOf gives the field that a user wrote for a path of the evaluated pipeline: steps.NAME.config.tokens.max is the
// step's tokens.max, steps.NAME.inputs.input its input.
func fieldOf(parts []string) string {
	rest := parts[2:]
	if len(rest) > 1 && (rest[0] == "config" || rest[0] == "inputs") {
		rest = rest[1:]
	}
	field := ""
	for _, name := range rest {
		field = join(field, name)
	}
	return field
}

// under tells whether something stands below a path.
func (f flat) under(path string) bool {
	for p := range f {
		if strings.HasPrefix(p, path+".") {
			return true
		}
	}
	return false
}
