package cli

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/runner"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/tokens"
)

// usualEncoding counts tokens where no step names an encoding.
const usualEncoding = "cl100k_base"

// measure reads rows and remembers what it has measured, so that no part is read and no text is counted twice.
type measure struct {
	*differ
	counter *tokens.Counter
	workers int

	mu    sync.Mutex
	texts map[[16]byte]int32 // tokens, by the digest of the text
	parts map[string][]int32 // tokens of each row, by the digest of the part

	last  string // the last step that both sides have rows of, and how they match
	match compare.Match
}

func newMeasure(d *differ, r *diffReport) (*measure, error) {
	named := append(encodings(d.b), encodings(d.a)...)
	r.Encoding = usualEncoding
	if len(named) > 0 {
		r.Encoding = named[0]
	}
	for _, e := range named {
		if e != r.Encoding && !slices.Contains(r.Others, e) {
			r.Others = append(r.Others, e)
		}
	}
	counter, err := tokens.Load(r.Encoding)
	workers := d.project.settings.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &measure{differ: d, counter: counter, workers: workers, texts: map[[16]byte]int32{}, parts: map[string][]int32{}}, err
}

// step measures and matches one step.
func (m *measure) step(ctx context.Context, name string) (*diffStep, compare.Match, error) {
	a, b := m.a.Step(name), m.b.Step(name)
	s := &diffStep{Name: name}
	var match compare.Match
	digestsA, digestsB := partsOf(a), partsOf(b)
	onlyA, onlyB := compare.Unshared(digestsA, digestsB)
	marksA, err := m.read(ctx, m.a, a, onlyA)
	if err != nil {
		return nil, match, err
	}
	marksB, err := m.read(ctx, m.b, b, onlyB)
	if err != nil {
		return nil, match, err
	}
	if s.A, err = m.made(ctx, m.a, a); err != nil {
		return nil, match, err
	}
	if s.B, err = m.made(ctx, m.b, b); err != nil {
		return nil, match, err
	}
	if s.A == nil || s.B == nil {
		return s, match, nil
	}
	match = compare.Rows(marksA, marksB, m.flags.most)
	shared := rowsIn(a) - match.A
	match.A, match.B, match.Same = match.A+shared, match.B+shared, match.Same+shared
	s.Rows = &match.Counts
	s.Same = match.Same == match.A && match.Same == match.B
	s.Rearranged = s.Same && !slices.Equal(digestsA, digestsB)
	return s, match, nil
}

// partsOf a step by digest; none if it is not there or not done.
func partsOf(m *runner.Made) []string {
	var all []string
	if m != nil {
		for _, p := range m.Rows {
			all = append(all, p.Digest)
		}
	}
	return all
}

func rowsIn(m *runner.Made) int {
	n := 0
	for _, p := range m.Rows {
		n += p.Part.Rows
	}
	return n
}

// read counts the tokens of a step's rows, and marks those of some parts.
func (m *measure) read(ctx context.Context, s *runner.Snapshot, made *runner.Made, marked []int) ([]compare.Mark, error) {
	if made == nil || len(made.Rows) == 0 {
		return nil, nil
	}
	marks, at := room(made, marked)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(m.workers)
	for i, p := range made.Rows {
		start, mark := at[i]
		if !mark && m.counted(p.Digest) {
			continue
		}
		g.Go(func() error {
			var own []compare.Mark
			if mark {
				own = marks[start : start+p.Part.Rows]
			}
			return m.part(ctx, s, made.Name, i, p, own)
		})
	}
	return marks, g.Wait()
}

// room makes room for the marks of some parts, and tells where those of each begin.
func room(made *runner.Made, marked []int) ([]compare.Mark, map[int]int) {
	at, total := map[int]int{}, 0
	for _, i := range marked {
		at[i] = total
		total += made.Rows[i].Part.Rows
	}
	return make([]compare.Mark, total), at
}

func (m *measure) counted(digest string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.parts[digest]
	return ok
}

// part reads one part: it fills in the marks that are wanted, and counts tokens unless that was done.
func (m *measure) part(ctx context.Context, s *runner.Snapshot, step string, number int, p runner.MadePart, marks []compare.Mark) error {
	data, err := s.Read(ctx, step, p.Part)
	if err != nil {
		return err
	}
	known := m.counted(p.Digest)
	counts := make([]int32, 0, p.Part.Rows)
	n := 0
	for i, row := range jsonl.Rows(data) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n++; n > p.Part.Rows {
			break
		}
		if marks != nil {
			marks[i] = compare.MarkOf(row, compare.Place{Part: uint32(number), Row: uint32(i)})
		}
		if !known {
			counts = append(counts, m.tokens(row))
		}
	}
	if n != p.Part.Rows {
		return fmt.Errorf("steps.%s: a part holds another number of rows than the %d that were noted: a defect of its kind", step, p.Part.Rows)
	}
	if !known {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.parts[p.Digest] = counts
	}
	return nil
}
