package runner_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

// outrun is a bucket in which another project is always the first to take the number of a run.
type outrun struct {
	*memory
	left int
}

func (b *outrun) Create(ctx context.Context, name string, data []byte) error {
	if strings.HasPrefix(name, "runs/") && b.left > 0 {
		b.left--
		return errors.Join(b.memory.Create(ctx, name, store.Seal([]byte(`{"pipeline":"theirs"}`))), fs.ErrExist)
	}
	return b.memory.Create(ctx, name, data)
}

// In a shared store another project may take the number first. The steps of a run then refer to the number that it got.
func TestARunWhoseNumberWasTakenRefersToItself(t *testing.T) {
	s := newStory(t)
	s.bucket = &outrun{s.bucket.(*memory), 2}
	if n := s.run(""); n != 3 {
		t.Fatalf("it is run %d", n)
	}
	run, err := s.of("", s.bucket, ".sftrun").FindRun(t.Context(), "3")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range run.Steps {
		if step.Since != 3 {
			t.Errorf("steps.%s was last done in run %d", step.Name, step.Since)
		}
	}
}

// What sftrun would not have named so is not its own: no run, no tag, no damage, and no garbage.
func TestForeignNamesInAStoreAreLeftAlone(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.edit("target: 4", "target: 2")
	s.run("")
	s.tag("paper", 2)
	record := data(s.bucket)[slices.IndexFunc(data(s.bucket), func(name string) bool { return strings.HasPrefix(name, "actions/") })]
	manifest := data(s.bucket)[slices.IndexFunc(data(s.bucket), func(name string) bool { return strings.HasPrefix(name, "steps/") })]
	foreign := []string{"runs/.DS_Store", "tags/.DS_Store", "removed/.DS_Store", "objects/.DS_Store", "actions/.DS_Store", record + ".bak", record + ".01", manifest + ".1", "notes.txt"}
	for _, name := range foreign {
		s.bucket.Create(t.Context(), name, []byte("mine"))
	}
	found := s.verify(s.bucket)
	if len(found.Damage) > 0 {
		t.Errorf("verify: %+v", *found.Damage[0])
	}
	if err := s.garbage(s.bucket, 0).Remove(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range foreign {
		if _, err := s.bucket.Size(t.Context(), name); err != nil {
			t.Errorf("gc: %v", err)
		}
	}
	if tags, err := runner.Tags(t.Context(), store.New(s.bucket)); err != nil || len(tags) != 1 {
		t.Errorf("tags %v, %v", tags, err)
	}
}
