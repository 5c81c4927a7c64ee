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

// countedPath is where the numbers of rows in shards are remembered, by digest.
func (r *Runner) countedPath() string { return filepath.Join(r.opt.State, "shards.json") }

// loadMemo reads what is remembered of inputs: their digests, the numbers of their rows. If it cannot be read the inputs
// are read again.
func loadMemo[V any](path string) map[string]V {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	text, err := store.Unseal(path, sealed)
	if err != nil {
		return nil
	}
	var memo map[string]V
	if json.Unmarshal(text, &memo) != nil {
		return nil
	}
	return memo
}

// saveMemo keeps what is known of inputs for the next plan.
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
	if len(f.counted) > 0 {
		if err := replaceFile(r.countedPath(), store.Seal(steps.Encode(f.counted))); err != nil {
			return err
		}
	}
	fault.Point("memo: saved")
	return nil
}
