package runner

import (
	"encoding/json"
	"os"
	"path/filepath"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/fault"
)

func (r *Runner) memoPath() string { return filepath.Join(r.opt.State, "inputs.json") }

// loadMemo reads what is remembered of the digests of inputs. If it cannot be read the inputs are read again.
func loadMemo(path string) map[string]stamp {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	text, err := store.Unseal(path, sealed)
	if err != nil {
		return nil
	}
	var memo map[string]stamp
	if json.Unmarshal(text, &memo) != nil {
		return nil
	}
	return memo
}

// saveMemo keeps the digests of inputs for the next plan.
func (r *Runner) saveMemo() error {
	f := r.outside
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.fresh {
		return nil
	}
	f.fresh = false
	if err := replaceFile(r.memoPath(), store.Seal(steps.Encode(f.memo))); err != nil {
		return err
	}
	fault.Point("memo: saved")
	return nil
}
