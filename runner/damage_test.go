package runner_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

// harmed is a project that was applied, and of which one file is then damaged: an object or record of the bucket, or
// what this machine remembers.
type harmed struct {
	*project
	sound map[string][]byte // of the bucket
	state map[string]string // files of .sftrun
	want  map[string]string // published files
	known runner.Options    // with the pipeline, whose loading would take most of the time
}

func newHarmed(t *testing.T) *harmed {
	p := newProject(t)
	p.opt.Workers = 1
	p.apply()
	return &harmed{
		project: p, sound: maps.Clone(p.bucket.(*memory).data), state: p.files(".sftrun"), want: p.files("output"), known: p.options(p.toys.kinds()),
	}
}

func (h *harmed) runner() *runner.Runner {
	o := h.known
	o.Store = store.New(h.bucket)
	return runner.New(o)
}

// restore undoes all that was done since the first apply.
func (h *harmed) restore() {
	h.bucket = &memory{data: maps.Clone(h.sound)}
	for name, text := range h.state {
		h.write(".sftrun/"+name, text)
	}
	for name, text := range h.want {
		if h.read("output/"+name) != text {
			h.write("output/"+name, text)
		}
	}
}

// versions of a file that was damaged: cut at a byte, or with one bit of it flipped.
func versions(data []byte, each func(what string, damaged []byte)) {
	for at := range data {
		flipped := slices.Clone(data)
		flipped[at] ^= 1 << (at % 8)
		each(fmt.Sprint("flipped at ", at), flipped)
		each(fmt.Sprint("cut at ", at), data[:at])
	}
}

// Of all kinds of damage to a byte, each n-th is tried. For all of them, in a quarter of an hour:
//
//	TMPDIR=/dev/shm go test ./runner -run TestDamage -every 1
var every = flag.Int("every", 97, "kinds of damage of which one is tried")

// Every byte that an apply leaves in the store is flipped once, and each file cut at every length. A plan works. The next
// apply makes again what it needs and finds damaged, publishes no wrong byte, and asks nothing.
func TestDamageToAnyByteOfTheStore(t *testing.T) {
	if testing.Short() {
		t.Skip("applies many times")
	}
	h := newHarmed(t)
	applies := 0
	for _, name := range slices.Sorted(maps.Keys(h.sound)) {
		versions(h.sound[name], func(what string, damaged []byte) {
			if applies++; applies%*every != 0 {
				return
			}
			h.bucket = &memory{data: maps.Clone(h.sound)}
			h.bucket.(*memory).data[name] = damaged
			h.mustMend(name + " " + what)
		})
	}
	t.Logf("%d kinds of damage, of which each %dth was tried", applies, *every)
}

// With the published files gone, every object is needed that they are made of.
func (h *harmed) mustMend(what string) {
	h.t.Helper()
	r := h.runner()
	if _, err := r.Plan(h.t.Context()); err != nil {
		h.t.Fatalf("%s: plan: %v", what, err)
	}
	if _, err := r.History(h.t.Context()); err != nil {
		h.t.Fatalf("%s: history: %v", what, err)
	}
	for name := range h.want {
		os.Remove(filepath.Join(h.dir, "output", name))
	}
	if _, err := r.Apply(h.t.Context(), runner.ApplyOptions{}); err != nil {
		h.t.Fatalf("%s: apply: %v", what, err)
	}
	if got := h.files("output"); !maps.Equal(got, h.want) {
		h.t.Fatalf("%s: published %v\nwant %v", what, got, h.want)
	}
	if plan, err := r.Plan(h.t.Context()); err != nil || plan.Changes() {
		h.t.Fatalf("%s: the plan in the end: %v, %v", what, verdicts(plan), err)
	}
	for key, n := range h.oracle.sent {
		if n != 1 {
			h.t.Fatalf("%s: question %s was sent %d times", what, key, n)
		}
	}
}

// The same for what this machine remembers, and for what is shown meanwhile.
func TestDamageToAnyByteOfTheState(t *testing.T) {
	if testing.Short() {
		t.Skip("applies many times")
	}
	h := newHarmed(t)
	kinds := 0
	for _, name := range []string{"inputs.json", "published.json"} {
		versions([]byte(h.state[name]), func(what string, damaged []byte) {
			if kinds++; kinds%*every != 0 {
				return
			}
			h.restore()
			h.write(".sftrun/"+name, string(damaged))
			what = name + " " + what
			if plan, err := h.runner().Plan(t.Context()); err != nil || plan.Changes() {
				h.t.Fatalf("%s: the plan: %v, %v", what, plan, err)
			}
			h.toys.take()
			if _, err := h.runner().Apply(t.Context(), runner.ApplyOptions{}); err != nil {
				t.Fatalf("%s: apply: %v", what, err)
			}
			if done := h.toys.take(); len(done) > 0 || !maps.Equal(h.files("output"), h.want) {
				h.t.Errorf("%s: executed %v", what, done)
			}
		})
	}
}

// Rows that are shown are right, or it is said that they are damaged.
func TestDamagedObjectsAreNotShown(t *testing.T) {
	h := newHarmed(t)
	want, err := shownRows(t.Context(), h.runner(), "ask", false)
	if err != nil {
		t.Fatal(err)
	}
	for name := range h.sound {
		h.bucket = &memory{data: maps.Clone(h.sound)}
		data := slices.Clone(h.sound[name])
		data[len(data)/2] ^= 1
		h.bucket.(*memory).data[name] = data
		got, err := shownRows(t.Context(), h.runner(), "ask", false)
		var damaged *store.Damaged
		switch {
		case errors.As(err, &damaged) || err != nil && strings.Contains(err.Error(), "is not done as the pipeline has it now"):
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case fmt.Sprintf("%s", got) != fmt.Sprintf("%s", want):
			t.Errorf("%s: %s", name, got)
		}
	}
}

// shownRows reads all rows that a step handed on, or with rejects those that it did not.
func shownRows(ctx context.Context, r *runner.Runner, step string, rejects bool) (rows []string, err error) {
	v, err := r.Show(ctx, step, rejects, 0)
	if err != nil {
		return nil, err
	}
	for row, err := range v.Rows {
		if err != nil {
			return nil, err
		}
		rows = append(rows, string(row))
	}
	return rows, nil
}
