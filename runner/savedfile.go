package runner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// savedMark is how the file of a saved plan begins, whatever its format.
const savedMark = `{"savedPlan":`

// ErrNoSavedPlan says that a file is something else than a saved plan.
var ErrNoSavedPlan = errors.New("is not a saved plan")

// ErrTornPlan says that the file of a saved plan is not as it was written.
var ErrTornPlan = errors.New("is damaged: it was cut short or altered after it was written")

// CheckPlanFile tells whether a plan may be saved at a path: nothing is there, or a saved plan, or an empty file. The
// error is ErrNoSavedPlan if something is there that is not to be overwritten.
func CheckPlanFile(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return plain(err)
	}
	if !info.Mode().IsRegular() {
		return ErrNoSavedPlan
	}
	if info.Size() == 0 {
		return nil
	}
	return marked(path)
}

// marked makes sure that a file begins like a saved plan.
func marked(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return plain(err)
	}
	defer f.Close()
	mark := make([]byte, len(savedMark))
	if _, err := io.ReadFull(f, mark); err != nil || string(mark) != savedMark {
		return ErrNoSavedPlan
	}
	return nil
}

// WritePlanFile saves a plan: the file is there whole, or as it was before. It takes the place of another saved plan and
// of nothing else, see CheckPlanFile.
func WritePlanFile(path string, s *SavedPlan) error {
	if err := CheckPlanFile(path); err != nil {
		return err
	}
	err := writeFile(path, func(w writer) error {
		_, err := w.Write(store.Seal(steps.Encode(s)))
		return err
	})
	return plain(err)
}

// ReadPlanFile reads a saved plan. The error is ErrNoSavedPlan or ErrTornPlan if it is none, or not whole, or tells that
// another version of sftrun has to read it.
func ReadPlanFile(path string) (*SavedPlan, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, ErrNoSavedPlan
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, plain(err)
	}
	if !bytes.HasPrefix(sealed, []byte(savedMark)) {
		return nil, ErrNoSavedPlan
	}
	text, err := store.Unseal(path, sealed)
	if err != nil {
		return nil, ErrTornPlan
	}
	return decodePlan(text)
}

func decodePlan(text []byte) (*SavedPlan, error) {
	var head struct {
		Format int    `json:"savedPlan"`
		Tool   string `json:"tool"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, ErrTornPlan
	}
	if head.Format != savedFormat {
		return nil, fmt.Errorf("was saved by another version of sftrun (%s, format %d; this one reads format %d)", head.Tool, head.Format, savedFormat)
	}
	s := &SavedPlan{}
	if err := json.Unmarshal(text, s); err != nil || s.Plan == nil {
		return nil, ErrTornPlan
	}
	return s, nil
}
