package runner_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps"
)

// A story is a project whose pipeline is edited and applied again and again, in several variants, with a picture of its
// files at each run.
type story struct {
	*project
	runs  map[int]picture
	known map[string]*schema.Pipeline // by variant and CUE files: evaluating takes longer than all else
}

// picture of a project at one run.
type picture struct {
	files     map[string]string
	variant   string
	published map[string]string
}

func newStory(t *testing.T) *story {
	return &story{project: newProject(t), runs: map[int]picture{}, known: map[string]*schema.Pipeline{}}
}

// of returns a runner of a variant, on a bucket.
func (s *story) of(variant string, bucket store.Bucket, state string, with ...func(*runner.Options)) *runner.Runner {
	s.t.Helper()
	kinds := s.toys.kinds()
	pipeline := s.pipeline(variant, kinds)
	opt := runner.Options{
		Pipeline: pipeline, Kinds: kinds, Gateway: s.oracle, Dir: s.dir, Variant: variant, Store: store.New(bucket),
		State: filepath.Join(s.dir, state), Output: filepath.Join(s.dir, state, "output", variant), Force: true,
		RetryFailed: s.opt.RetryFailed, Workers: s.opt.Workers,
	}
	for _, f := range with {
		f(&opt)
	}
	return runner.New(opt)
}

func (s *story) pipeline(variant string, kinds []steps.Kind) *schema.Pipeline {
	s.t.Helper()
	key := variant + "\n" + s.read("pipeline.cue")
	if variant != "" {
		key += s.read("variants/" + variant + "/variant.cue")
	}
	if p := s.known[key]; p != nil {
		return p
	}
	var defs []schema.Definition
	for _, k := range kinds {
		defs = append(defs, schema.Definition{Name: k.Name, Source: k.Schema})
	}
	p, err := schema.Load(s.t.Context(), schema.Options{Dir: s.dir, Variant: variant, Kinds: defs})
	if err != nil {
		s.t.Fatal(err)
	}
	s.known[key] = p
	return p
}

func (s *story) run(variant string) int {
	s.t.Helper()
	rep, err := s.of(variant, s.bucket, ".sftrun").Apply(s.t.Context(), runner.ApplyOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	if n := rep.Run.Number; n != 0 {
		s.runs[n] = picture{files: s.files(""), variant: variant, published: s.files(filepath.Join(".sftrun", "output", variant))}
	}
	return rep.Run.Number
}

// files below a folder, those of the state left out unless it is the folder.
func (s *story) files(folder string) map[string]string {
	all := map[string]string{}
	root := filepath.Join(s.dir, folder)
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		rel, _ := filepath.Rel(root, path)
		if err == nil && e.IsDir() && strings.HasPrefix(rel, ".sftrun") {
			return filepath.SkipDir
		}
		if err != nil || e.IsDir() || e.Name() == "pipeline_state.json" {
			return err
		}
		text, err := os.ReadFile(path)
		all[rel] = string(text)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// restore puts the files of a picture back.
func (s *story) restore(p picture) {
	for _, name := range slices.Collect(maps.Keys(s.files(""))) {
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
			s.t.Fatal(err)
		}
	}
	for name, text := range p.files {
		s.write(name, text)
	}
}

// present are runners of the pipeline and all variants as they stand.
func (s *story) present(bucket store.Bucket) []*runner.Runner {
	all := []*runner.Runner{s.of("", bucket, ".sftrun")}
	for _, v := range schema.Variants(s.dir) {
		all = append(all, s.of(v, bucket, ".sftrun"))
	}
	return all
}

func (s *story) garbage(bucket store.Bucket, keep int) *runner.Garbage {
	s.t.Helper()
	g, err := runner.FindGarbage(s.t.Context(), store.New(bucket), runner.GCOptions{Keep: keep, Present: s.present(bucket)})
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

// data lists what is in a bucket but for the records that gc never deletes.
func data(bucket store.Bucket) []string {
	var names []string
	for name := range bucket.List(context.Background(), "") {
		if folder, _, _ := strings.Cut(name, "/"); !slices.Contains([]string{"runs", "tags", "removed"}, folder) {
			names = append(names, name)
		}
	}
	return names
}

// soundAt makes sure that all that a picture shows is found in a bucket: its plan is empty and its rows can be read.
func (s *story) soundAt(t interface {
	Errorf(string, ...any)
	Helper()
}, bucket store.Bucket, p picture, of string) {
	t.Helper()
	s.restore(p)
	r := s.of(p.variant, bucket, ".sftrun")
	plan, err := r.Plan(s.t.Context())
	if err != nil {
		t.Errorf("%s: plan: %v", of, err)
		return
	}
	for _, step := range plan.Steps {
		if step.Verdict != runner.Cached && !step.Blocked {
			t.Errorf("%s: %s", of, verdicts(plan))
		}
		for _, rejects := range []bool{false, true} {
			if _, err := shownRows(s.t.Context(), r, step.Name, rejects); err != nil && !step.Blocked {
				t.Errorf("%s: show %s: %v", of, step.Name, err)
			}
		}
	}
}

// edit the project at random: another threshold, more or fewer rows, rows that fail, a variant, another graph.
func (s *story) change(t *rapid.T) {
	switch rapid.IntRange(0, 5).Draw(t, "edit") {
	case 0, 1:
		text := toyPipeline
		text = strings.Replace(text, "min: 3", fmt.Sprintf("min: *%d | int", rapid.IntRange(0, 6).Draw(t, "min")), 1)
		text = strings.Replace(text, "target: 4", fmt.Sprintf("target: %d", rapid.IntRange(1, 5).Draw(t, "target")), 1)
		from := rapid.SampledFrom([]string{"keep.rows", "keep.rejects", "read.rows"}).Draw(t, "input of top")
		text = strings.Replace(text, "input: keep.rows", "input: "+from, 1)
		if rapid.Bool().Draw(t, "rejects") {
			text = strings.Replace(text, "input: top.rows", "input: top.rejects", 1)
		}
		s.write("pipeline.cue", text)
	case 2:
		s.write("data/b.jsonl", rows(rapid.SliceOfNDistinct(rapid.IntRange(1, 9), 1, 4, rapid.ID).Draw(t, "rows")...))
	case 3:
		s.write("data/c.jsonl", "{\"id\":\"none\"}\n"+rows(8))
	case 4:
		s.write("prompt.md", rapid.SampledFrom([]string{"Say.", "Say more."}).Draw(t, "prompt"))
	case 5:
		s.write("variants/small/variant.cue", fmt.Sprintf("package pipeline\n\nsteps: keep: min: %d\n", rapid.IntRange(0, 6).Draw(t, "variant min")))
	}
}

// Whatever was edited, applied and tagged: after gc every run that is kept is found whole, what is left is exactly what
// applying the kept runs alone would have made, and there is nothing more to delete.
func TestGCKeepsWhatKeptRunsRestOnAndNothingElse(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred projects")
	}
	known := map[string]*schema.Pipeline{}
	rapid.Check(t, func(rt *rapid.T) {
		s := newStory(t)
		s.known = known
		s.edit("min: 3", "min: *3 | int")
		for range rapid.IntRange(1, 4).Draw(rt, "edits") {
			s.change(rt)
			for _, v := range append(schema.Variants(s.dir), "") {
				s.run(v)
			}
		}
		for n := range s.runs {
			if rapid.IntRange(0, 4).Draw(rt, "tag") == 0 {
				s.tag(fmt.Sprintf("t%d", n), n)
			}
		}
		keep := rapid.IntRange(0, 2).Draw(rt, "keep")
		g := s.garbage(s.bucket, keep)
		if err := g.Remove(t.Context(), nil); err != nil {
			rt.Fatal(err)
		}
		if again := s.garbage(s.bucket, keep); !again.Empty() || len(again.Loses) > 0 {
			rt.Errorf("a second gc finds %v", again.Delete)
		}
		fresh := &memory{data: map[string][]byte{}}
		if _, err := store.New(fresh).Put(t.Context(), []byte(s.read("prompt.md"))); err != nil {
			rt.Fatal(err) // the present pipeline's, even if nothing was asked with it
		}
		for _, k := range g.Runs {
			s.restore(s.runs[k.Run])
			if _, err := s.of(k.Variant, fresh, ".sftrun/fresh").Apply(t.Context(), runner.ApplyOptions{}); err != nil {
				rt.Fatal(err)
			}
		}
		if d := cmp.Diff(data(fresh), data(s.bucket)); d != "" {
			rt.Errorf("after gc (- what kept runs need, + what is there): %s", d)
		}
		for _, k := range g.Runs {
			s.soundAt(rt, s.bucket, s.runs[k.Run], fmt.Sprint("run ", k.Run))
		}
		if damage := s.verify(s.bucket).Damage; len(damage) > 0 {
			rt.Errorf("verify after gc: %+v", *damage[0])
		}
		dangling(rt, s.bucket)
	})
}

// dangling makes sure that the rows are there which parts of rejects name.
func dangling(t interface{ Errorf(string, ...any) }, bucket store.Bucket) {
	for name := range bucket.List(context.Background(), "objects/") {
		text, _ := bucket.Read(context.Background(), name)
		for _, m := range regexp.MustCompile(`(?m)^\{"part":"([0-9a-f]{64})"`).FindAllSubmatch(text, -1) {
			if _, err := bucket.Size(context.Background(), store.ObjectName(string(m[1]))); err != nil {
				t.Errorf("%s names rows of a part that is gone: %v", name, err)
			}
		}
	}
}

// A step that a run left out keeps what it rested on before, also where the steps that fed it have long been done
// anew: the rejects that it took, and the rows that these name.
func TestGCKeepsTheRowsBehindRejectsThatAStepTook(t *testing.T) {
	s := newStory(t)
	s.edit("input: keep.rows", "input: keep.rejects")
	s.run("")
	s.write("data/a.jsonl", rows(2, 8))
	r := s.of("", s.bucket, ".sftrun", func(o *runner.Options) { o.Target = "keep" })
	if _, err := r.Apply(t.Context(), runner.ApplyOptions{}); err != nil {
		t.Fatal(err)
	}
	g := s.garbage(s.bucket, 1)
	if len(g.Runs) != 1 || g.Runs[0].Run != 2 || g.Empty() {
		t.Fatalf("keeps %v, deletes %v", g.Runs, g.Delete)
	}
	if err := g.Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	dangling(t, s.bucket)
}

func (s *story) tag(name string, run int) {
	s.t.Helper()
	r := s.of("", s.bucket, ".sftrun")
	rec, err := r.FindRun(s.t.Context(), fmt.Sprint("run ", run))
	if err == nil {
		err = r.SetTag(s.t.Context(), name, rec, false)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) verify(bucket store.Bucket) *runner.Verification {
	s.t.Helper()
	found, err := s.of("", bucket, ".sftrun").Verify(s.t.Context(), runner.VerifyOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// failing is a bucket that refuses to delete after a number of deletions, as if the process were killed there.
type failing struct {
	*memory
	left int
}

func (f *failing) Delete(ctx context.Context, name string) error {
	if f.left == 0 {
		return errKilled
	}
	f.left--
	return f.memory.Delete(ctx, name)
}

var errKilled = errors.New("killed")

func (m *memory) clone() *memory { return &memory{data: maps.Clone(m.data)} }

// A gc that is killed after any number of deletions leaves kept runs whole and a store without damage, in which what
// was not kept is made again as it was; and the next gc ends what it began.
func TestAGCKilledAtAnyDeletionLeavesASoundStore(t *testing.T) {
	s := newStory(t)
	s.refuse("r6", "r7")
	s.run("")
	s.refuse("r6")
	s.retry() // run 2: a second attempt at the action of which rows had failed; some still do, so there is no manifest
	s.refuse()
	s.tag("second", 2)
	s.edit("min: 3", "min: 4")
	s.run("")
	s.edit("target: 4", "target: 2")
	s.write("data/a.jsonl", rows(1, 2, 9))
	s.run("")
	s.edit("input: top.rows", "input: top.rejects")
	s.run("")
	before := s.bucket.(*memory)
	ends := s.garbage(before, 1)
	if got := losers(ends); !slices.Equal(got, []int{1, 3, 4}) {
		t.Fatalf("runs %v lose data, want 1, 3 and 4", got)
	}
	stride := 1
	if testing.Short() {
		stride = 7
	}
	for k := 0; ; k += stride {
		bucket := &failing{before.clone(), k}
		err := s.garbage(bucket, 1).Remove(t.Context(), nil)
		if err == nil {
			if k < 10 {
				t.Errorf("only %d deletions", k)
			}
			break
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		of := fmt.Sprintf("killed after %d deletions: ", k)
		if damage := s.verify(bucket).Damage; len(damage) > 0 {
			t.Errorf("%sverify: %+v", of, *damage[0])
		}
		for _, n := range []int{2, 5} {
			s.soundAt(t, bucket, s.runs[n], of+fmt.Sprint("run ", n))
		}
		again := bucket.memory.clone()
		s.restore(s.runs[4])
		if _, err := s.of("", again, ".sftrun").Apply(t.Context(), runner.ApplyOptions{}); err != nil {
			t.Errorf("%srun 4 again: %v", of, err)
		}
		if d := cmp.Diff(s.runs[4].published, s.files(".sftrun/output")); d != "" {
			t.Errorf("%srun 4 again published: %s", of, d)
		}
		s.restore(s.runs[5])
		bucket.left = -1
		if err := s.garbage(bucket, 1).Remove(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		done := before.clone()
		if err := s.garbage(done, 1).Remove(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(data(done), data(bucket.memory)); d != "" {
			t.Errorf("%sthe next gc left something else than an undisturbed one: %s", of, d)
		}
	}
}

// refuse lets no answer come to questions about these rows.
func (s *story) refuse(ids ...string) {
	s.oracle.refuse = func(body []byte) *steps.Refusal {
		for _, id := range ids {
			if strings.Contains(string(body), id) {
				return &steps.Refusal{Reason: "blocked"}
			}
		}
		return nil
	}
}

func (s *story) retry() {
	s.t.Helper()
	s.opt.RetryFailed = true
	defer func() { s.opt.RetryFailed = false }()
	s.run("")
}

// What was applied of the present pipeline is kept though no run that is kept knows it: here by a run that is not
// among the last ones, and by one that was stopped before its end.
func TestGCKeepsWhatThePresentPipelineWouldFind(t *testing.T) {
	s := newStory(t)
	first := s.files("")
	s.run("")
	s.edit("target: 4", "target: 1")
	s.run("")
	s.restore(picture{files: first})
	g := s.garbage(s.bucket, 1)
	if len(g.Loses) > 0 || len(g.Runs) != 2 {
		t.Errorf("runs %v lose data, and %v are kept, want both, as the present pipeline is that of run 1", losers(g), g.Runs)
	}
	if err := g.Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.soundAt(t, s.bucket, s.runs[1], "the present pipeline")

	s.write("prompt.md", "Say more.")
	s.oracle.failAfter = len(s.oracle.sent) + 1
	if _, err := s.of("", s.bucket, ".sftrun").Apply(t.Context(), runner.ApplyOptions{}); err == nil {
		t.Fatal("the apply was not cut off")
	}
	before := verdicts(s.planned())
	if err := s.garbage(s.bucket, 0).Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if after := verdicts(s.planned()); after != before {
		t.Errorf("plan before gc: %s, after: %s", before, after)
	}
}

// losers are the numbers of the runs that lose data.
func losers(g *runner.Garbage) []int {
	var all []int
	for _, run := range g.Loses {
		all = append(all, run.Run)
	}
	return all
}

func (s *story) planned() *runner.Plan {
	s.t.Helper()
	plan, err := s.of("", s.bucket, ".sftrun").Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return plan
}

// A run whose data were removed says so, keeps its record, and cannot be tagged; applied again, it has them back.
func TestARunWithoutItsDataSaysSo(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("target: 4", "target: 1")
	s.run("")
	if err := s.garbage(s.bucket, 1).Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	r := s.of("", s.bucket, ".sftrun")
	run, err := r.FindRun(t.Context(), "1")
	if err != nil || run.Number != 1 || len(run.Steps) != 5 {
		t.Fatalf("run 1: %v %v", run, err)
	}
	err = r.CheckData(t.Context(), run)
	if err == nil || !strings.Contains(err.Error(), "run 1: its data were removed by sftrun gc on ") {
		t.Errorf("CheckData: %v", err)
	}
	if err := r.SetTag(t.Context(), "late", run, false); err == nil {
		t.Error("a run without data was tagged")
	}
	s.edit("target: 1", "target: 4")
	s.run("")
	if err := r.CheckData(t.Context(), run); err != nil {
		t.Errorf("after it was applied again: %v", err)
	}
}

// gc deletes nothing as long as it cannot tell what a kept run rests on.
func TestGCRefusesWhereItCannotTell(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.tag("first", 1)
	whole := s.bucket.(*memory)
	for _, prefix := range []string{"runs/", "tags/", "steps/", "actions/"} {
		bucket := whole.clone()
		bucket.harm(prefix)
		_, err := runner.FindGarbage(t.Context(), store.New(bucket), runner.GCOptions{Present: s.present(bucket)})
		if err == nil || !strings.Contains(err.Error(), "is damaged") || !strings.Contains(err.Error(), "Nothing was deleted") {
			t.Errorf("%s damaged: %v", prefix, err)
		}
	}
	s.write("pipeline.cue", strings.Replace(toyPipeline, "data/*.jsonl", "gone/*.jsonl", 1))
	_, err := runner.FindGarbage(t.Context(), store.New(whole), runner.GCOptions{Present: s.present(whole)})
	if err == nil || !strings.Contains(err.Error(), "what toy rests on cannot be told, so nothing was deleted") {
		t.Errorf("inputs away: %v", err)
	}
}

// harm flips a bit of the first value under a prefix, and returns its name.
func (m *memory) harm(prefix string) string {
	for name := range m.List(context.Background(), prefix) {
		data := slices.Clone(m.data[name])
		data[len(data)/2] ^= 1
		m.data[name] = data
		return name
	}
	panic("nothing lies under " + prefix)
}
