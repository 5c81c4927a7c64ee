package runner_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// Toy kinds, each the smallest that has one of the powers that the contract gives: shards from outside, one action a
// part, two rounds of actions, questions, and a verdict.

// toys counts the actions that are executed.
type toys struct {
	mu   sync.Mutex
	done map[string]int // by kind
}

func (t *toys) kinds() []steps.Kind {
	return []steps.Kind{
		t.counted(readKind()), t.counted(keepKind()), t.counted(topKind()), t.counted(askKind()), t.counted(judgeKind()),
		t.counted(joinKind()),
	}
}

func (t *toys) counted(k steps.Kind) steps.Kind {
	do := k.Do
	k.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		err := do(ctx, a, in, out)
		if err == nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.done[k.Name]++
		}
		return err
	}
	return k
}

func (t *toys) take() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	d := t.done
	t.done = map[string]int{}
	return d
}

// splitter is a Step that is a function.
type splitter func(ctx context.Context, in steps.Inputs) ([]steps.Action, error)

func (f splitter) Actions(ctx context.Context, in steps.Inputs) ([]steps.Action, error) {
	return f(ctx, in)
}

func readKind() steps.Kind {
	type config struct{ From string }
	return steps.Kind{
		Name: "read", Version: 1, Meta: "read_meta",
		Schema: "package sft\n#Read: {\n\t#step\n\tkind: \"read\"\n\tfrom!: string\n}\n",
		New: func(text []byte) (steps.Step, error) {
			var c config
			if err := json.Unmarshal(text, &c); err != nil {
				return nil, err
			}
			return splitter(func(ctx context.Context, in steps.Inputs) ([]steps.Action, error) {
				shards, err := in.Shards(ctx, steps.Wanted{From: c.From})
				if err != nil {
					return nil, &steps.FieldError{Field: "from", Text: err.Error()}
				}
				if err := in.Digest(ctx, shards); err != nil {
					return nil, err
				}
				var list []steps.Action
				for i, s := range shards {
					meta := steps.Encode(map[string]any{"file": s.Name, "index": i})
					list = append(list, steps.Action{Label: s.Name, Config: steps.Encode(struct{}{}), Shards: []steps.Shard{s}, Meta: meta})
				}
				return list, nil
			}), nil
		},
		Do: func(ctx context.Context, _ steps.Action, in steps.In, out steps.Out) error {
			f, err := in.Shard(ctx, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			data, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size()))
			if err != nil {
				return err
			}
			for i, row := range jsonl.Rows(data) {
				if err := out.Row(steps.Row{Bytes: row, From: steps.From{Source: -1, Row: i}}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// perPart makes one action of each part of the input.
func perPart(config any) splitter {
	return func(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
		var list []steps.Action
		for i := range in.Parts("input") {
			list = append(list, steps.Action{Config: steps.Encode(config), Sources: []steps.Source{{Input: "input", Index: i}}})
		}
		return list, nil
	}
}

// keepKind keeps rows whose n is at least min. A row without n fails.
func keepKind() steps.Kind {
	type config struct {
		Min  int `json:"min"`
		Idle int `json:"-"` // a field that no action depends on
	}
	return steps.Kind{
		Name: "keep", Version: 1, EachRow: true,
		Schema: "package sft\n#Keep: {\n\t#step\n\tkind: \"keep\"\n\tinput!: #Rows @input()\n\tmin?: int @default(0)\n\tidle?: int @default(0)\n}\n",
		New: func(text []byte) (steps.Step, error) {
			var c config
			err := json.Unmarshal(text, &c)
			return perPart(c), err
		},
		Do: func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			var c config
			if err := json.Unmarshal(a.Config, &c); err != nil {
				return err
			}
			return eachRow(ctx, in, func(from steps.From, row []byte, n int) error {
				switch {
				case n < 0:
					return out.Fail(from, "", steps.Refusal{Reason: "no n"})
				case n < c.Min:
					return out.Drop(from, "", "too small", fmt.Sprint(n))
				}
				return out.Row(steps.Row{Bytes: row, From: from})
			})
		},
	}
}

func eachRow(ctx context.Context, in steps.In, f func(from steps.From, row []byte, n int) error) error {
	data, err := in.Read(ctx, in.Parts(0)[0])
	if err != nil {
		return err
	}
	for i, row := range jsonl.Rows(data) {
		n := -1
		if raw, ok := jsonl.Field(row, "n"); ok {
			fmt.Sscan(string(raw), &n)
		}
		if err := f(steps.From{Row: i}, row, n); err != nil {
			return err
		}
	}
	return nil
}

// topKind takes the rows with the largest n, in two rounds.
func topKind() steps.Kind {
	type config struct {
		Op     string `json:"op"`
		Target int    `json:"target"`
	}
	type candidate struct{ N, Source, Row int }
	return steps.Kind{
		Name: "top", Version: 1, EachRow: true,
		Schema: "package sft\n#Top: {\n\t#step\n\tkind: \"top\"\n\tinput!: #Rows @input()\n\ttarget?: int @default(3)\n}\n",
		New: func(text []byte) (steps.Step, error) {
			var c config
			err := json.Unmarshal(text, &c)
			return splitter(func(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
				var list []steps.Action
				merge := steps.Action{Config: steps.Encode(config{"merge", c.Target})}
				for i := range in.Parts("input") {
					source := steps.Source{Input: "input", Index: i}
					list = append(list, steps.Action{Config: steps.Encode(config{Op: "list"}), Sources: []steps.Source{source}})
					merge.Sources = append(merge.Sources, source)
				}
				for i := range list {
					merge.Sources = append(merge.Sources, steps.Source{Action: i, Stream: "candidates"})
				}
				return append(list, merge), nil
			}), err
		},
		Do: func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			var c config
			if err := json.Unmarshal(a.Config, &c); err != nil {
				return err
			}
			if c.Op == "list" {
				return eachRow(ctx, in, func(from steps.From, _ []byte, n int) error {
					return out.Line("candidates", steps.Encode(candidate{n, 0, from.Row}))
				})
			}
			half := len(a.Sources) / 2
			var all []candidate
			for i := range half {
				for _, p := range in.Parts(half + i) {
					data, err := in.Read(ctx, p)
					if err != nil {
						return err
					}
					for _, line := range jsonl.Rows(data) {
						c := candidate{}
						if err := json.Unmarshal(line, &c); err != nil {
							return err
						}
						c.Source = i
						all = append(all, c)
					}
				}
			}
			slices.SortStableFunc(all, func(x, y candidate) int { return cmp.Compare(y.N, x.N) })
			for rank, x := range all {
				from := steps.From{Source: x.Source, Row: x.Row}
				if rank >= c.Target {
					if err := out.Drop(from, "", "not among the largest", ""); err != nil {
						return err
					}
					continue
				}
				data, err := in.Read(ctx, in.Parts(x.Source)[0])
				if err != nil {
					return err
				}
				if err := out.Row(steps.Row{Bytes: bytes.Split(data, []byte("\n"))[x.Row], From: from}); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// askKind asks what to say about each row.
func askKind() steps.Kind {
	type config struct {
		Prompt steps.File `json:"prompt"`
	}
	return steps.Kind{
		Name: "ask", Version: 1, EachRow: true, Asks: true, Meta: "ask_meta",
		Schema: "package sft\n#Ask: {\n\t#step\n\tkind: \"ask\"\n\tinput!: #Rows @input()\n\tprompt!: string @file()\n}\n",
		New: func(text []byte) (steps.Step, error) {
			var c config
			err := json.Unmarshal(text, &c)
			return splitter(func(ctx context.Context, in steps.Inputs) ([]steps.Action, error) {
				list, err := perPart(struct{}{})(ctx, in)
				for i := range list {
					list[i].Files = []steps.File{c.Prompt}
					list[i].Meta = steps.Encode(map[string]any{"prompt": c.Prompt.Path, "job": nil})
				}
				return list, err
			}), err
		},
		Do: func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			prompt, err := in.File(ctx, a.Files[0])
			if err != nil {
				return err
			}
			pending := false
			err = eachRow(ctx, in, func(from steps.From, row []byte, n int) error {
				key := store.Digest(append(slices.Clone(prompt), row...))
				reply, err := in.Ask(ctx, steps.Question{Key: key, Body: row})
				if string(reply.Body) == `"bad"` {
					return out.Fail(from, "", steps.Refusal{Reason: "bad reply", Questions: []string{key}})
				}
				var refusal *steps.Refusal
				switch {
				case errors.Is(err, steps.ErrPending):
					pending = true
					return nil
				case errors.As(err, &refusal):
					return out.Fail(from, "", *refusal)
				case err != nil:
					return err
				}
				return out.Row(steps.Row{Bytes: jsonl.Set(row, "reply", reply.Body), From: from, Provenance: reply.Provenance})
			})
			if err == nil && pending {
				err = steps.ErrPending
			}
			return err
		},
	}
}

// judgeKind says no if there are fewer rows than least.
func judgeKind() steps.Kind {
	type config struct {
		Least int `json:"least"`
	}
	return steps.Kind{
		Name: "judge", Version: 1, EachRow: true, Publishes: "report",
		Schema: "package sft\n#Judge: {\n\t#step\n\tkind: \"judge\"\n\tinput!: #Rows @input()\n\tleast?: int @default(1)\n}\n",
		New: func(text []byte) (steps.Step, error) {
			var c config
			err := json.Unmarshal(text, &c)
			return splitter(func(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
				a := steps.Action{Config: steps.Encode(c)}
				for i := range in.Parts("input") {
					a.Sources = append(a.Sources, steps.Source{Input: "input", Index: i})
				}
				return []steps.Action{a}, nil
			}), err
		},
		Do: func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			var c config
			if err := json.Unmarshal(a.Config, &c); err != nil {
				return err
			}
			rows := 0
			for i := range a.Sources {
				data, err := in.Read(ctx, in.Parts(i)[0])
				if err != nil {
					return err
				}
				for r, row := range jsonl.Rows(data) {
					rows++
					if err := out.Row(steps.Row{Bytes: row, From: steps.From{Source: i, Row: r}}); err != nil {
						return err
					}
				}
			}
			if rows < c.Least {
				out.Halt(fmt.Sprintf("%d rows, but %d are wanted", rows, c.Least))
			}
			return out.Object("report", steps.MediaJSON, steps.Encode(map[string]int{"rows": rows}))
		},
	}
}

// joinKind strings the rows of two inputs together, one action for each part of either.
func joinKind() steps.Kind {
	return steps.Kind{
		Name: "join", Version: 1, EachRow: true,
		Schema: "package sft\n#Join: {\n\t#step\n\tkind: \"join\"\n\tinput!: #Rows @input()\n\tmore!: #Rows @input()\n}\n",
		New: func([]byte) (steps.Step, error) {
			return splitter(func(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
				var list []steps.Action
				for _, input := range []string{"input", "more"} {
					for i := range in.Parts(input) {
						list = append(list, steps.Action{Config: steps.Encode(struct{}{}), Sources: []steps.Source{{Input: input, Index: i}}})
					}
				}
				return list, nil
			}), nil
		},
		Do: func(ctx context.Context, _ steps.Action, in steps.In, out steps.Out) error {
			return eachRow(ctx, in, func(from steps.From, row []byte, _ int) error {
				return out.Row(steps.Row{Bytes: row, From: from})
			})
		},
	}
}

// oracle is a gateway in memory.
type oracle struct {
	mu      sync.Mutex
	answers map[string][]byte
	refused map[string]*steps.Refusal
	sent    map[string]int // times that a question was sent
	refuse  func(body []byte) *steps.Refusal
	bad     string // rows that hold this get a bad reply
	varied  bool   // every question has another answer
	flaky   bool   // bodies of an even length are refused for a passing reason
	price   float64

	failAfter int           // answers, if not 0
	delay     time.Duration // before the first answer of each call
}

func newOracle() *oracle {
	return &oracle{answers: map[string][]byte{}, refused: map[string]*steps.Refusal{}, sent: map[string]int{}}
}

func (o *oracle) Lookup(_ context.Context, q steps.Question) (steps.Reply, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.refused[q.Key]; r != nil {
		return steps.Reply{}, r
	}
	if a := o.answers[q.Key]; a != nil {
		return steps.Reply{Body: a, Provenance: []byte(`{"job":"j1"}`)}, nil
	}
	return steps.Reply{}, steps.ErrPending
}

func (o *oracle) Quote(steps.Question) (steps.Quote, error) {
	return steps.Quote{Free: o.price == 0, Priced: true, Likely: o.price, TokensIn: 10}, nil
}

func (o *oracle) Send(ctx context.Context, questions iter.Seq2[steps.Question, error], s steps.Sending) error {
	time.Sleep(o.delay)
	for q, err := range questions {
		if err != nil {
			return err
		}
		o.mu.Lock()
		o.sent[q.Key]++
		o.answers[q.Key] = steps.Encode(len(q.Body))
		if o.varied {
			o.answers[q.Key] = steps.Encode(q.Key)
		}
		if o.bad != "" && strings.Contains(string(q.Body), o.bad) {
			o.answers[q.Key] = []byte(`"bad"`)
		}
		if o.refuse != nil {
			if r := o.refuse(q.Body); r != nil {
				delete(o.answers, q.Key)
				o.refused[q.Key] = r
			}
		}
		if o.flaky && len(q.Body)%2 == 0 {
			delete(o.answers, q.Key)
			o.refused[q.Key] = &steps.Refusal{Reason: "503", Transient: true}
		}
		sent := len(o.sent)
		o.mu.Unlock()
		s.Sent(steps.Sent{Key: q.Key, USD: o.price})
		if o.failAfter > 0 && sent == o.failAfter {
			return errors.New("the wire is cut")
		}
	}
	return ctx.Err()
}

func (o *oracle) Forget(_ context.Context, keys []string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, k := range keys {
		delete(o.refused, k)
		delete(o.answers, k)
	}
	return nil
}

// forgetPassing does what a new process does: failures for a passing reason are not known to it.
func (o *oracle) forgetPassing() {
	for k, r := range o.refused {
		if r.Transient {
			delete(o.refused, k)
		}
	}
}

// project is a pipeline in a folder of the test.
type project struct {
	t      *testing.T
	dir    string
	toys   *toys
	oracle *oracle
	bucket store.Bucket
	opt    runner.Options
}

const toyPipeline = `package pipeline

import "sftrun.local/sft"

sft.#Pipeline & {
	name: "toy"
	steps: {
		read: sft.#Read & {from: "data/*.jsonl", publish: "read.jsonl"}
		keep: sft.#Keep & {input: read.rows, min: 3, publish: "keep.jsonl"}
		top: sft.#Top & {input: keep.rows, target: 4, publish: "top.jsonl"}
		ask: sft.#Ask & {input: top.rows, prompt: "prompt.md", publish: "ask.jsonl"}
		judge: sft.#Judge & {input: ask.rows, publish: "judge.json"}
	}
}
`

func newProject(t *testing.T) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), toys: &toys{done: map[string]int{}}, oracle: newOracle(), bucket: &memory{data: map[string][]byte{}}}
	p.write("pipeline.cue", toyPipeline)
	p.write("prompt.md", "Say something.")
	p.write("data/a.jsonl", rows(1, 2, 3, 4))
	p.write("data/b.jsonl", rows(5, 6, 7))
	return p
}

func rows(ns ...int) string {
	var b strings.Builder
	for _, n := range ns {
		fmt.Fprintf(&b, "{\"id\":\"r%d\",\"n\":%d}\n", n, n)
	}
	return b.String()
}

func (p *project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) edit(old, new string) {
	p.t.Helper()
	text := p.read("pipeline.cue")
	if !strings.Contains(text, old) {
		p.t.Fatalf("pipeline.cue does not contain %q", old)
	}
	p.write("pipeline.cue", strings.Replace(text, old, new, 1))
}

func (p *project) read(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func (p *project) runner() *runner.Runner {
	p.t.Helper()
	return p.runnerOf(p.toys.kinds())
}

func (p *project) runnerOf(kinds []steps.Kind) *runner.Runner {
	p.t.Helper()
	return runner.New(p.options(kinds))
}

func (p *project) options(kinds []steps.Kind) runner.Options {
	p.t.Helper()
	var defs []schema.Definition
	for _, k := range kinds {
		defs = append(defs, schema.Definition{Name: k.Name, Source: k.Schema})
	}
	pipeline, err := schema.Load(p.t.Context(), schema.Options{Dir: p.dir, Kinds: defs})
	if err != nil {
		p.t.Fatal(err)
	}
	opt := p.opt
	opt.Pipeline, opt.Kinds, opt.Gateway, opt.Dir = pipeline, kinds, p.oracle, p.dir
	opt.State = filepath.Join(p.dir, ".sftrun")
	opt.Output = filepath.Join(p.dir, "output")
	opt.Store = store.New(p.bucket)
	return opt
}

func (p *project) plan() *runner.Plan {
	p.t.Helper()
	plan, err := p.runner().Plan(p.t.Context())
	if err != nil {
		p.t.Fatalf("plan: %v", err)
	}
	return plan
}

func (p *project) apply() *runner.Report {
	p.t.Helper()
	rep, err := p.runner().Apply(p.t.Context(), runner.ApplyOptions{})
	if err != nil {
		p.t.Fatalf("apply: %v", err)
	}
	return rep
}

// verdicts writes a plan as "read cached, keep run 2, top wait".
func verdicts(plan *runner.Plan) string {
	var all []string
	for _, s := range plan.Steps {
		text := s.Name + " " + string(s.Verdict)
		if s.Verdict == runner.Run {
			text += fmt.Sprint(" ", s.ToRun)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}
