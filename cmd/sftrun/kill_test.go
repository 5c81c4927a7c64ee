package main_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The number of times that TestKilledApplyLosesAndRepeatsNothing kills an apply. By default each kind of instant is
// struck once. For a night, or before a release, with the files on a disk in memory:
//
//	TMPDIR=/dev/shm go test ./cmd/sftrun -run Killed -kills 1000 -timeout 60m
//
// Then they are spread over all passes of all points (package steps/fault) in all tales below, and over random instants.
var kills = flag.Int("kills", 15, "times that an apply is killed")

// faulty builds a sftrun that can be killed at the points of package steps/fault.
var faulty = sync.OnceValues(func() (string, error) { return build("sftrun-faults", "-tags", "faults") })

// A tale is a project in some state, and an apply that is to be killed.
type tale struct {
	name    string
	start   *project
	args    []string          // of the apply
	took    time.Duration     // by it undisturbed
	before  map[string]string // published files
	after   map[string]string
	answers int            // that are durable after it
	passes  map[string]int // of each point
}

// A strike is one kill: at a pass of a point, of the n-th point in all if point is "", or after some part of the time.
type strike struct {
	tale  *tale
	point string
	n     int
	part  float64
}

func (s strike) String() string {
	switch {
	case s.n == 0:
		return fmt.Sprintf("%s after %.2f of its time", s.tale.name, s.part)
	case s.point == "":
		return fmt.Sprintf("%s at point %d", s.tale.name, s.n)
	}
	return fmt.Sprintf("%s at %s %d of %d", s.tale.name, s.point, s.n, s.tale.passes[s.point])
}

// An apply is killed. Whatever has a name then is whole, a plan works, and the next apply ends with the same bytes,
// asks just what had no durable answer, and leaves nothing behind.
func TestKilledApplyLosesAndRepeatsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	strikeAll(t, wherever(t), *kills)
}

// strikeAll kills applies of projects with a store at some place.
func strikeAll(t *testing.T, a *away, kills int) {
	var done sync.Map
	t.Run("each", func(t *testing.T) {
		for i, list := range strikes(tales(t, a), kills) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for class, n := range list.run(t) {
					was, _ := done.LoadOrStore(class, 0)
					done.Store(class, was.(int)+n)
				}
			})
		}
	})
	done.Range(func(class, n any) bool {
		t.Logf("%5d  %s", n, class)
		return true
	})
}

// tales are the states in which an apply is killed; the last one is the quickstart, which takes the most time.
func tales(t *testing.T, a *away) []*tale {
	first := &tale{name: "a first apply", start: initial(t), args: []string{"apply", "--yes"}}
	first.start.away = a
	done := first.start.copy(t)
	done.mustApply()

	edit := &tale{name: "an apply after an edit", start: done.copy(t), args: first.args}
	edit.start.edit("min: 20", "min: 60")
	edit.start.write("prompts/system.md", edit.start.read("prompts/system.md")+"\nBe brief.\n")

	variant := &tale{name: "an apply of a variant", start: done.copy(t), args: []string{"apply", "--yes", "--variant", "long"}}
	variant.start.edit("min: 20", "min: *20 | int", `user: "prompts/user.md"`, `user: *"prompts/user.md" | string`)
	variant.start.write("variants/long/variant.cue", "package pipeline\n\nsteps: {filter: tokens: min: 60, transform: prompts: user: \"prompts/long.md\"}\n")
	variant.start.write("prompts/long.md", variant.start.read("prompts/user.md")+"\nBe long.\n")

	merge := &tale{name: "an apply that merges segments", start: done.copy(t), args: first.args}
	for range 15 {
		merge.start.write("prompts/system.md", merge.start.read("prompts/system.md")+"\nOnce more.\n")
		if len(merge.start.segments()) < 15 {
			merge.start.mustApply()
		}
	}
	full := &tale{name: "the quickstart", start: quickstart(t), args: first.args}
	full.start.away = a
	all := []*tale{first, edit, variant, merge, full}
	for _, s := range all {
		s.tell(t)
	}
	if merge.passes["merge: dropped"] != 16 {
		t.Fatalf("%s: %v", merge.name, merge.passes)
	}
	return all
}

func (p *project) segments() []string {
	p.t.Helper()
	names, err := filepath.Glob(filepath.Join(p.dir, ".sftrun/store/answers/*"))
	if err != nil {
		p.t.Fatal(err)
	}
	return names
}

// tell runs the apply undisturbed, and counts the points that it passes.
func (s *tale) tell(t *testing.T) {
	t.Helper()
	p := s.start.copy(t)
	s.before = p.published()
	tally := filepath.Join(t.TempDir(), "tally")
	if e := p.finish(p.faulty("FAULT_TALLY="+tally, s.args...)); e.code != 0 {
		t.Fatalf("%s: exit code %d: %s", s.name, e.code, e.complaint)
	}
	s.after, s.answers = p.published(), p.durable()
	text, err := os.ReadFile(tally)
	if err != nil {
		t.Fatal(err)
	}
	s.passes = map[string]int{}
	for point := range strings.Lines(string(text)) {
		s.passes[strings.TrimSpace(point)]++
	}
	p = s.start.copy(t)
	began := time.Now()
	p.mustApply(s.args[2:]...)
	s.took = time.Since(began)
}

// faulty is a call of the binary that can be killed, with a variable for its environment.
func (p *project) faulty(variable string, args ...string) *exec.Cmd {
	p.t.Helper()
	path, err := faulty()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := p.command(args...)
	cmd.Path = path
	cmd.Env = append(cmd.Env, variable)
	return cmd
}

// A chain is kills of one project, the first of the tale's apply, the others of applies that take up what was left.
type chain []strike

// strikes are as many kills as are wanted, the same ones each time.
func strikes(tales []*tale, want int) []chain {
	random := rand.New(rand.NewPCG(1, 2))
	var chains []chain
	total := 0
	add := func(c chain) {
		c = c[:min(len(c), want-total)]
		if len(c) > 0 {
			chains, total = append(chains, c), total+len(c)
		}
	}
	first, merge, full := tales[0], tales[3], tales[len(tales)-1]
	for _, class := range []string{"lock", "folder", "object", "away", "action", "step", "publish", "file", "question", "ledger", "index", "run"} {
		if first.passed(class) {
			add(chain{first.any(random, class)})
		}
	}
	add(chain{merge.any(random, "merge"), {tale: merge, part: 0.3}})
	add(chain{{tale: full, part: 0.3}, {tale: full, part: 0.5}})
	var pairs []strike
	for _, s := range tales[:len(tales)-1] {
		for _, point := range slices.Sorted(maps.Keys(s.passes)) {
			for n := range s.passes[point] {
				pairs = append(pairs, strike{tale: s, point: point, n: n + 1})
			}
		}
	}
	random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	for i := 0; total < want; i++ {
		s := pairs[i%len(pairs)]
		switch i % 10 {
		case 3: // three kills in a row
			add(chain{s, s.tale.anywhere(random), s.tale.anywhere(random)})
		case 6:
			add(chain{{tale: s.tale, part: random.Float64()}, s.tale.anywhere(random)})
		case 9:
			if i%20 == 9 {
				add(chain{full.anywhere(random), {tale: full, part: random.Float64()}})
			} else {
				add(chain{full.any(random, "")})
			}
		default:
			add(chain{s})
		}
	}
	return chains
}

// passed tells whether the apply passes points of a class.
func (s *tale) passed(class string) bool {
	for point := range s.passes {
		if strings.HasPrefix(point, class) {
			return true
		}
	}
	return false
}

// any is a kill at any pass of any point of a class.
func (s *tale) any(random *rand.Rand, class string) strike {
	var points []string
	for _, point := range slices.Sorted(maps.Keys(s.passes)) {
		if strings.HasPrefix(point, class) {
			points = append(points, point)
		}
	}
	point := points[random.IntN(len(points))]
	return strike{tale: s, point: point, n: 1 + random.IntN(s.passes[point])}
}

// anywhere is a kill at any pass, wherever an apply has come to then. It is rather an early one, as an apply that takes
// up what was left passes fewer points.
func (s *tale) anywhere(random *rand.Rand) strike {
	all := 0
	for _, n := range s.passes {
		all += n
	}
	return strike{tale: s, n: 1 + min(random.IntN(all), random.IntN(all), random.IntN(all))}
}

// run kills, and checks. It counts what was struck, by class.
func (c chain) run(t *testing.T) map[string]int {
	struck := map[string]int{}
	s := c[0].tale
	p := s.start.copy(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("after %v", c)
		}
	})
	for _, k := range c {
		if k.strike(p) {
			class, _, _ := strings.Cut(k.point, ":")
			if k.n == 0 {
				class = "random instant"
			} else if k.point == "" {
				class = "random point"
			}
			struck[class]++
		} else {
			struck["ended before"]++
		}
		p.mustBeSound()
		s.mustBeOldOrNew(p)
		if e := p.finish(p.command(append([]string{"plan"}, s.args[2:]...)...)); e.code != 0 || e.complaint != "" {
			t.Errorf("plan: exit code %d: %s", e.code, e.complaint)
		}
	}
	s.mustEndWell(p)
	return struck
}

// strike applies and kills. It tells whether the kill came before the end.
func (k strike) strike(p *project) bool {
	p.t.Helper()
	if k.n > 0 {
		e := p.finish(p.faulty(fmt.Sprintf("FAULT_KILL=%s#%d", k.point, k.n), k.tale.args...))
		if e.code > 0 {
			p.t.Errorf("%v: exit code %d: %s", k, e.code, e.complaint)
		}
		return e.code < 0
	}
	cmd := p.command(k.tale.args...)
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	time.Sleep(time.Duration(float64(k.tale.took) * k.part))
	cmd.Process.Kill()
	return cmd.Wait() != nil
}

// mustBeOldOrNew makes sure that each published file holds what it held before the apply, or what it is to hold.
func (s *tale) mustBeOldOrNew(p *project) {
	p.t.Helper()
	for name, text := range p.published() {
		if text != s.before[name] && text != s.after[name] {
			p.t.Errorf("output/%s is neither the old one nor the new one: %d bytes", name, len(text))
		}
	}
}

// mustEndWell applies undisturbed.
func (s *tale) mustEndWell(p *project) {
	t := p.t
	t.Helper()
	durable := p.durable()
	e := p.finish(p.command(append(s.args, "--json")...))
	if e.code != 0 || e.complaint != "" {
		t.Fatalf("apply: exit code %d: %s", e.code, e.complaint)
	}
	if n := e.asked(t); n != s.answers-durable {
		t.Errorf("%d of %d answers were durable, and %d questions were asked", durable, s.answers, n)
	}
	if n := p.durable(); n != s.answers {
		t.Errorf("the ledger holds %d answers, and %d without kills", n, s.answers)
	}
	if d := cmp.Diff(s.after, p.published()); d != "" {
		t.Errorf("published files differ: %s", d)
	}
	p.mustBeSound()
	if left := p.unfinished(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if e := p.finish(p.command(append([]string{"plan", "--detailed-exitcode"}, s.args[2:]...)...)); e.code != 0 {
		t.Errorf("the plan is not empty:\n%s", e.out)
	}
}
