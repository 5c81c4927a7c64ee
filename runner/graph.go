package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"sftrun.local/schema"
	"sftrun.local/steps"
)

// node is one step of the graph: what the pipeline says of it, checked by its kind.
type node struct {
	spec   schema.Step
	kind   steps.Kind
	step   steps.Step
	config json.RawMessage       // canonical, declared files replaced by steps.File
	files  map[string]steps.File // declared files by field
}

// graph builds the nodes of a pipeline in an order in which each comes behind those it takes rows from. Between steps
// that do not depend on each other the order of the file holds.
func (r *Runner) graph() ([]*node, error) {
	specs, err := ordered(r.opt.Pipeline.Steps)
	if err != nil {
		return nil, err
	}
	var nodes []*node
	var all []error
	for _, spec := range specs {
		n, err := r.node(spec)
		if err != nil {
			all = append(all, err)
			continue
		}
		nodes = append(nodes, n)
	}
	return nodes, errors.Join(all...)
}

// ordered sorts steps by dependence (Kahn's algorithm, always taking the first of the file that is ready).
func ordered(specs []schema.Step) ([]schema.Step, error) {
	done := map[string]bool{}
	var out []schema.Step
	for len(out) < len(specs) {
		i := slices.IndexFunc(specs, func(s schema.Step) bool { return !done[s.Name] && ready(s, done) })
		if i < 0 {
			return nil, errors.New("the steps wait for each other in a circle")
		}
		done[specs[i].Name] = true
		out = append(out, specs[i])
	}
	return out, nil
}

func ready(s schema.Step, done map[string]bool) bool {
	for _, in := range s.Inputs {
		if !done[in.Step] {
			return false
		}
	}
	return true
}

// node checks one step with its kind, and its declared files.
func (r *Runner) node(spec schema.Step) (*node, error) {
	kind, ok := r.kinds[spec.Kind]
	if !ok {
		return nil, fmt.Errorf("steps.%s: no kind %q is built in", spec.Name, spec.Kind)
	}
	n := &node{spec: spec, kind: kind, files: map[string]steps.File{}}
	if filepath.Clean(spec.Publish) == stateFile {
		return nil, r.place(n, &steps.FieldError{Field: "publish", Text: stateFile + " is written by sftrun itself.  Give the file another name"})
	}
	if err := r.declareFiles(n); err != nil {
		return nil, err
	}
	var err error
	if n.step, err = kind.New(n.config); err != nil {
		return nil, r.place(n, err)
	}
	if c, ok := n.step.(steps.Checker); ok {
		err = c.Check(func(f steps.File) ([]byte, error) {
			_, data, err := r.outside.declare(f.Path)
			return data, err
		})
	}
	return n, r.place(n, err)
}

// declareFiles reads the step's declared files and puts their digests into its config.
func (r *Runner) declareFiles(n *node) error {
	for _, f := range n.spec.Files {
		file, _, err := r.outside.declare(f.Path)
		if err != nil {
			return r.place(n, &steps.FieldError{Field: f.Field, Text: fmt.Sprintf("cannot read %s: %v", f.Path, plain(err))})
		}
		n.files[f.Field] = file
	}
	var err error
	n.config, err = withFiles(n.spec.Config, n.files)
	return err
}

// withFiles replaces the paths of declared files in a config by the files.
func withFiles(config json.RawMessage, files map[string]steps.File) (json.RawMessage, error) {
	if len(files) == 0 {
		return canonical(config)
	}
	flat, err := flatten(config)
	if err != nil {
		return nil, err
	}
	for field, f := range files {
		flat.set(field, encodePlain(f))
	}
	return flat.config(), nil
}

// A ConfigError is a mistake that is mended in the user's files.
type ConfigError struct {
	Path string          // "steps.filter.tokens.max"
	File string          // declared file that is wrong, or ""
	Pos  schema.Position // zero if unknown
	Text string
}

func (e *ConfigError) Error() string {
	where := e.Pos.String()
	what := e.Path
	if e.File != "" {
		where, what = strings.TrimSuffix(e.Path+", "+where, ", "), e.File
	}
	if where == "" {
		return what + ": " + e.Text
	}
	// The place stands behind what is wrong and before what to do.
	problem, remedy, found := strings.Cut(e.Text, ".  ")
	if !found {
		return fmt.Sprintf("%s: %s (%s)", what, e.Text, where)
	}
	return fmt.Sprintf("%s: %s (%s).  %s", what, problem, where, remedy)
}

// place turns a kind's *steps.FieldError into one with the step's name and the place in the user's file.
func (r *Runner) place(n *node, err error) error {
	if err == nil {
		return nil
	}
	var f *steps.FieldError
	if !errors.As(err, &f) {
		return fmt.Errorf("steps.%s: %w", n.spec.Name, err)
	}
	e := &ConfigError{Path: "steps." + n.spec.Name + "." + f.Field, Text: f.Text}
	e.Pos, _ = r.position(e.Path)
	if file, ok := n.files[f.Field]; ok {
		e.File = filepath.ToSlash(file.Path)
		e.Text = strings.TrimPrefix(e.Text, file.Path+": ")
	}
	return e
}

// position finds the place of a path in the user's files. Stages are resolved side by side, and the pipeline looks up
// one place at a time.
func (r *Runner) position(path string) (schema.Position, bool) {
	r.looking.Lock()
	defer r.looking.Unlock()
	return r.opt.Pipeline.Position(path)
}

// ancestors returns the names of a step and of all steps that it depends on.
func ancestors(nodes []*node, name string) (map[string]bool, error) {
	keep := map[string]bool{name: true}
	found := false
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		found = found || n.spec.Name == name
		if !keep[n.spec.Name] {
			continue
		}
		for _, in := range n.spec.Inputs {
			keep[in.Step] = true
		}
	}
	if !found {
		return nil, fmt.Errorf("no step %q.  Steps: %s", name, strings.Join(names(nodes), ", "))
	}
	return keep, nil
}

func names(nodes []*node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.spec.Name)
	}
	return all
}

// plain strips an error of the file system of the path that the caller has named already.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
