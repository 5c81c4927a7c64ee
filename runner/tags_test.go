package runner_test

import (
	"errors"
	"strings"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

func TestARunIsFoundByNumberTagOrNothing(t *testing.T) {
	s := newStory(t)
	s.write("variants/small/variant.cue", "package pipeline\n\nsteps: keep: idle: 5\n")
	s.run("")
	s.run("small")
	s.edit("target: 4", "target: 2")
	s.run("")
	s.tag("paper", 1)
	s.tag("paper2", 2)
	for _, c := range []struct {
		name, variant string
		run           int
		err           string
	}{
		{"", "", 3, ""},
		{"", "small", 2, ""},
		{"2", "", 2, ""},
		{"run 1", "", 1, ""},
		{" run  3 ", "small", 3, ""},
		{"run3", "", 3, ""},
		{"paper", "small", 1, ""},
		{"4", "", 0, `no run "4".  The last run is 3 (sftrun status -v lists them).  Tags: paper, paper2`},
		{"run 0", "", 0, `no run "0".`},
		{"99999999999999999999", "", 0, `no run "99999999999999999999".`},
		{"papr", "", 0, `no run or tag "papr"; did you mean "paper"?  The last run is 3`},
		{"../runs/1", "", 0, `"../runs/1" is neither the number of a run nor a tag`},
	} {
		run, err := s.of(c.variant, s.bucket, ".sftrun").FindRun(t.Context(), c.name)
		switch {
		case c.err == "" && (err != nil || run.Number != c.run):
			t.Errorf("%q of variant %q: %v %v, want run %d", c.name, c.variant, run, err, c.run)
		case c.err != "" && (err == nil || !strings.HasPrefix(err.Error(), c.err)):
			t.Errorf("%q: %v, want %s", c.name, err, c.err)
		}
	}
	s.bucket.(*memory).harm("runs/00000003")
	if _, err := s.of("", s.bucket, ".sftrun").FindRun(t.Context(), "3"); err == nil || !strings.Contains(err.Error(), "run 3: its record is damaged") {
		t.Errorf("damaged: %v", err)
	}
}

func TestATagThatWasTornCanBeSetAgain(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("target: 4", "target: 2")
	s.run("")
	s.tag("paper", 1)
	r := s.of("", s.bucket, ".sftrun")
	second, err := r.FindRun(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	var taken *runner.TakenError
	if err := r.SetTag(t.Context(), "paper", second, false); !errors.As(err, &taken) || taken.Tag.Run != 1 {
		t.Errorf("moved without asking: %v", err)
	}
	s.bucket.(*memory).harm("tags/paper")
	if _, err := r.FindRun(t.Context(), "paper"); err == nil || !strings.Contains(err.Error(), "tag paper is damaged") {
		t.Errorf("a damaged tag: %v", err)
	}
	if err := r.SetTag(t.Context(), "paper", second, false); err != nil {
		t.Fatal(err)
	}
	if run, err := r.FindRun(t.Context(), "paper"); err != nil || run.Number != 2 {
		t.Errorf("after it was set again: %v %v", run, err)
	}
}

func TestNamesOfTags(t *testing.T) {
	for _, good := range []string{"paper", "v1.0", "1a", "2026-11-23", "A_b-c.d", "running"} {
		if err := runner.CheckTag(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "12", "run", "run12", "run-3", ".hidden", "-x", "a/b", "..", "a b", "ü", strings.Repeat("a", 101)} {
		if runner.CheckTag(bad) == nil {
			t.Errorf("%q may be a tag", bad)
		}
	}
}

// A tag whose run has lost its record keeps something that nobody can name.
func TestGCRefusesAsLongAsATagNamesNoRun(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("target: 4", "target: 2")
	s.run("")
	s.tag("paper", 1)
	s.bucket.Delete(t.Context(), "runs/00000001")
	_, err := runner.FindGarbage(t.Context(), store.New(s.bucket), runner.GCOptions{Keep: 1, Present: s.present(s.bucket)})
	if err == nil || !strings.Contains(err.Error(), "tag paper names run 1, whose record is missing") {
		t.Errorf("gc: %v", err)
	}
	if _, err := s.of("", s.bucket, ".sftrun").DeleteTag(t.Context(), "paper"); err != nil {
		t.Fatal(err)
	}
	s.garbage(s.bucket, 1)
}

// A gc that was killed may have taken the records of a run and left what names them. Such a run can be tagged at no
// moment at which it is not whole.
func TestARunOfWhichAGCTookAPartCannotBeTagged(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("min: 3", "min: 6")
	s.run("")
	refused := 0
	for k := 0; ; k++ {
		bucket := &failing{s.bucket.(*memory).clone(), k}
		err := s.garbage(bucket, 1).Remove(t.Context(), nil)
		r := s.of("", bucket, ".sftrun")
		run, findErr := r.FindRun(t.Context(), "1")
		if findErr != nil {
			t.Fatal(findErr)
		}
		if r.SetTag(t.Context(), "late", run, false) != nil {
			refused++
		} else {
			s.soundAt(t, bucket, s.runs[1], "run 1, tagged")
			s.restore(s.runs[2])
		}
		if err == nil {
			break
		}
	}
	if refused < 3 {
		t.Errorf("refused %d times", refused)
	}
}
