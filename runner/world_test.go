package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps"
)

// A sketch is a generated project: steps of toy kinds, shards and prompts. It prints as its JSON.
type sketch struct {
	Steps   []drawnStep      `json:"steps"`
	Shards  map[string][]int `json:"shards"` // n of each row; -1 = a row without
	Prompts []string         `json:"prompts"`
}

// A drawnStep is a step of a sketch.
type drawnStep struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Inputs []string `json:"inputs,omitempty"` // "keep1.rows"
	Value  int      `json:"value"`            // of its one setting, whichever that is
	Idle   int      `json:"idle,omitempty"`   // of a setting that nothing depends on
}

var drawnKinds = []string{"ask", "keep", "top", "join", "judge"}

// drawSketch draws a project whose steps take rows of steps before them.
func drawSketch(t *rapid.T) sketch {
	s := sketch{Shards: map[string][]int{}, Prompts: []string{"Say.", "Tell."}}
	for range rapid.IntRange(1, 4).Draw(t, "shards") {
		s.Shards[drawPlace(t)] = drawRows(t)
	}
	s.Shards["a/always.jsonl"] = []int{1, 2, -1, 4}
	s.Steps = []drawnStep{{Name: "s0", Kind: "read"}, {Name: "s1", Kind: "ask", Inputs: []string{"s0.rows"}}}
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		s.grow(t)
	}
	return s
}

func drawPlace(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a/1.jsonl", "a/2.jsonl", "b/1.jsonl", "b/3.jsonl"}).Draw(t, "shard")
}

func drawRows(t *rapid.T) []int {
	return rapid.SliceOfN(rapid.IntRange(-1, 6), 0, 4).Draw(t, "rows")
}

// grow adds a step at the end.
func (s *sketch) grow(t *rapid.T) {
	step := drawnStep{Name: s.freshName(), Kind: rapid.SampledFrom(append(drawnKinds, "ask")).Draw(t, "kind")}
	if rapid.IntRange(0, 5).Draw(t, "another source") == 0 {
		step.Kind = "read"
	}
	step.Value = rapid.IntRange(0, 3).Draw(t, "value")
	for range inputsOf(step.Kind) {
		step.Inputs = append(step.Inputs, s.drawHandle(t, len(s.Steps)))
	}
	s.Steps = append(s.Steps, step)
}

func (s *sketch) freshName() string {
	for i := 0; ; i++ {
		name := fmt.Sprint("s", i)
		if !slices.ContainsFunc(s.Steps, func(st drawnStep) bool { return st.Name == name }) {
			return name
		}
	}
}

// drawHandle chooses what one of the first steps hands on; rejects but seldom.
func (s *sketch) drawHandle(t *rapid.T, first int) string {
	from := s.Steps[first-1]
	if rapid.IntRange(0, 2).Draw(t, "near") == 2 {
		from = s.Steps[rapid.IntRange(0, first-1).Draw(t, "from")]
	}
	if rapid.IntRange(0, 4).Draw(t, "stream") == 4 {
		return from.Name + ".rejects"
	}
	return from.Name + ".rows"
}

func inputsOf(kind string) []string {
	switch kind {
	case "read":
		return nil
	case "join":
		return []string{"input", "more"}
	}
	return []string{"input"}
}

// globs are what a step that reads may be set to.
var globs = []string{"a/*.jsonl", "[ab]/*.jsonl", "*/[13a]*.jsonl", "a/[12a]*.jsonl"}

// pipeline is what loading the sketch's CUE would give.
func (s *sketch) pipeline() *schema.Pipeline {
	p := &schema.Pipeline{Name: "drawn", Value: steps.Encode(s.Steps)}
	p.Digest = store.Digest(p.Value)
	for _, d := range s.Steps {
		p.Steps = append(p.Steps, d.spec())
	}
	return p
}

func (d drawnStep) spec() schema.Step {
	spec := schema.Step{Name: d.Name, Kind: d.Kind, Publish: d.Name + ".out"}
	config := map[string]any{}
	switch d.Kind {
	case "read":
		config["from"] = globs[d.Value]
	case "keep":
		config["min"], config["idle"] = d.Value, d.Idle
	case "top":
		config["target"] = 2 * d.Value
	case "judge":
		config["least"] = d.Value
	case "ask":
		path := fmt.Sprintf("prompt%d.md", d.Value%2)
		config["prompt"] = path
		spec.Files = []schema.FileField{{Field: "prompt", Path: path}}
	}
	spec.Config = steps.Encode(config)
	for i, field := range inputsOf(d.Kind) {
		step, stream, _ := strings.Cut(d.Inputs[i], ".")
		spec.Inputs = append(spec.Inputs, schema.Input{Field: field, Step: step, Stream: stream})
	}
	return spec
}

func (s sketch) clone() sketch {
	var c sketch
	if err := json.Unmarshal(steps.Encode(s), &c); err != nil {
		panic(err) // it is made of plain values
	}
	return c
}

// A world is a sketch in a folder, with a store and a ledger.
type world struct {
	t      *rapid.T
	sketch sketch
	dir    string
	bucket *memory
	oracle *oracle
	broken string // kind whose actions fail
}

func newWorld(t *rapid.T, s sketch) *world {
	dir, err := os.MkdirTemp("", "world")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w := &world{t: t, sketch: s, dir: dir, bucket: &memory{data: map[string][]byte{}}, oracle: newOracle()}
	w.oracle.varied, w.oracle.bad = true, `"n":5`
	w.oracle.refuse = func(body []byte) *steps.Refusal {
		if crc32.ChecksumIEEE(body)%8 == 0 {
			return &steps.Refusal{Reason: "SAFETY"}
		}
		return nil
	}
	return w
}

// laidOut writes the sketch's files, those that differ from what lies there.
func (w *world) laidOut() {
	files := map[string]string{}
	for place, ns := range w.sketch.Shards {
		files["data/"+place] = drawnRows(ns)
	}
	for i, text := range w.sketch.Prompts {
		files[fmt.Sprintf("data/prompt%d.md", i)] = text
	}
	there, err := filepath.Glob(filepath.Join(w.dir, "data/*/*"))
	w.must(err)
	for _, path := range there {
		if rel, _ := filepath.Rel(w.dir, path); !named(files, rel) {
			w.must(os.Remove(path))
		}
	}
	for name, text := range files {
		path := filepath.Join(w.dir, name)
		if was, err := os.ReadFile(path); err == nil && string(was) == text {
			continue
		}
		w.must(os.MkdirAll(filepath.Dir(path), 0o755))
		w.must(os.WriteFile(path, []byte(text), 0o644))
	}
}

func named(files map[string]string, name string) bool {
	_, ok := files[name]
	return ok
}

func (w *world) must(err error) {
	if err != nil {
		w.t.Fatal(err)
	}
}

func drawnRows(ns []int) string {
	var b strings.Builder
	for i, n := range ns {
		if n < 0 {
			fmt.Fprintf(&b, "{\"id\":\"x%d\"}\n", i)
		} else {
			fmt.Fprintf(&b, "{\"id\":\"r%d\",\"n\":%d}\n", n, n)
		}
	}
	return b.String()
}

func (w *world) runner(opt runner.Options) *runner.Runner {
	opt.Pipeline, opt.Gateway, opt.Store = w.sketch.pipeline(), w.oracle, store.New(w.bucket)
	opt.Dir, opt.State, opt.Output = filepath.Join(w.dir, "data"), filepath.Join(w.dir, "state"), filepath.Join(w.dir, "output")
	opt.Kinds = (&toys{done: map[string]int{}}).kinds()
	for i, k := range opt.Kinds {
		if k.Name == w.broken {
			opt.Kinds[i].Do = broken
		}
	}
	return runner.New(opt)
}

// names of what the store holds under a prefix.
func (w *world) names(prefix string) map[string]bool {
	all := map[string]bool{}
	for name := range maps.Keys(w.bucket.data) {
		if strings.HasPrefix(name, prefix) {
			all[name] = true
		}
	}
	return all
}

// published returns the bytes of the files of all steps that have one.
func (w *world) published() map[string]string {
	files := map[string]string{}
	for _, s := range w.sketch.Steps {
		name := s.Name + ".out"
		if data, err := os.ReadFile(filepath.Join(w.dir, "output", name)); err == nil {
			files[name] = string(data)
		}
	}
	return files
}

// broken is what an action of a kind without luck does.
func broken(context.Context, steps.Action, steps.In, steps.Out) error { return errors.New("no luck") }
