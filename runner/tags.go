package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A Tag is a name that the user gave to a run. What a tagged run rests on is kept by gc.
type Tag struct {
	Name    string    `json:"name"`
	Run     int       `json:"run"` // 0 if the record is damaged
	Set     time.Time `json:"set"`
	Damaged bool      `json:"damaged,omitempty"` // the record of the tag cannot be read; it can be set again
}

const tagPrefix = "tags/"

var (
	tagShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	number   = regexp.MustCompile(`^[0-9]+$`)
)

// CheckTag tells whether a tag may be called so. A number may not, since commands take a run by its number or its tag.
func CheckTag(name string) error {
	switch {
	case !tagShape.MatchString(name):
		return fmt.Errorf("%q cannot be a tag: use letters, digits and . _ - (at most 100, the first a letter or digit)", name)
	case number.MatchString(name) || runWords.MatchString(name) || name == "run":
		return fmt.Errorf("%q cannot be a tag: it would be taken for the number of a run", name)
	}
	return nil
}

// A TakenError says that a tag names another run already.
type TakenError struct{ Tag Tag }

func (e *TakenError) Error() string {
	return fmt.Sprintf("tag %s names run %d already.  To move it: --force", e.Tag.Name, e.Tag.Run)
}

// Tags lists the tags of a store by name, damaged ones too. What no tag may be called is none.
func Tags(ctx context.Context, s *store.Store) ([]Tag, error) {
	var tags []Tag
	for name, err := range s.Bucket().List(ctx, tagPrefix) {
		if err != nil {
			return nil, err
		}
		called := strings.TrimPrefix(name, tagPrefix)
		if CheckTag(called) != nil {
			continue
		}
		tag, err := readTag(ctx, s, called)
		if err != nil {
			return nil, err
		}
		if tag != nil {
			tags = append(tags, *tag)
		}
	}
	return tags, nil
}

// readTag returns a tag, nil if there is none.
func readTag(ctx context.Context, s *store.Store, name string) (*Tag, error) {
	text, err := s.Record(ctx, tagPrefix+name)
	var damaged *store.Damaged
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, &damaged):
		return &Tag{Name: name, Damaged: true}, nil
	case err != nil:
		return nil, err
	}
	tag := Tag{}
	if decode(tagPrefix+name, text, &tag) != nil {
		return &Tag{Name: name, Damaged: true}, nil
	}
	return &tag, nil
}

// SetTag names a run. The error is a *TakenError if the tag names another one and is not to be moved. A damaged tag is
// set again. A kill while a tag is moved may leave none.
func (r *Runner) SetTag(ctx context.Context, name string, run *RunRecord, move bool) error {
	if err := CheckTag(name); err != nil {
		return err
	}
	if err := cmp.Or(r.CheckData(ctx, run), r.checkRecords(ctx, run)); err != nil {
		return fmt.Errorf("%w.  A tag would keep nothing", err)
	}
	s := r.opt.Store
	was, err := readTag(ctx, s, name)
	if err != nil {
		return err
	}
	if was != nil && !was.Damaged {
		if was.Run == run.Number {
			return nil
		}
		if !move {
			return &TakenError{*was}
		}
		if err := s.Bucket().Delete(ctx, tagPrefix+name); err != nil {
			return err
		}
	}
	_, err = s.PutRecord(ctx, tagPrefix+name, steps.Encode(Tag{Name: name, Run: run.Number, Set: time.Now().UTC().Truncate(time.Second)}))
	return err
}

// DeleteTag takes a tag away, and returns it. That there is none is an error.
func (r *Runner) DeleteTag(ctx context.Context, name string) (*Tag, error) {
	if err := CheckTag(name); err != nil {
		return nil, err
	}
	tag, err := readTag(ctx, r.opt.Store, name)
	if err != nil {
		return nil, err
	}
	if tag == nil {
		return nil, r.noRun(ctx, "tag", name)
	}
	return tag, r.opt.Store.Bucket().Delete(ctx, tagPrefix+name)
}
