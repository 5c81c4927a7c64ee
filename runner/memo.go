package runner

import (
	"encoding/json"
	"os"
	"path/filepath"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/fault"
)

// memos are what is remembered of inputs.
type memos struct {
	memo    map[string]stamp   // of files of this machine, by place
	counted map[string]int     // rows of shards as far as known, by digest
	last    map[string]Listing // what sources found last, by what was wanted
}

func (r *Runner) memoPath() string     { return filepath.Join(r.opt.State, "inputs.json") }
func (r *Runner) countedPath() string  { return filepath.Join(r.opt.State, "shards.json") }
func (r *Runner) listingsPath() string { return filepath.Join(r.opt.State, "listings.json") }

func (r *Runner) loadMemos() memos {
	return memos{loadMemo[stamp](r.memoPath()), loadMemo[int](r.countedPath()), loadMemo[Listing](r.listingsPath())}
}

// loadMemo reads what is remembered. If it cannot be read nothing is, and the inputs are read again.
func loadMemo[V any](path string) map[string]V {
	none := map[string]V{}
	sealed, err := os.ReadFile(path)
	if err != nil {
		return none
	}
	text, err := store.Unseal(path, sealed)
	if err != nil {
		return none
	}
	var memo map[string]V
	if json.Unmarshal(text, &memo) != nil || memo == nil {
		return none
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
	if len(f.last) > 0 {
		if err := replaceFile(r.listingsPath(), store.Seal(steps.Encode(f.last))); err != nil {
			return err
		}
	}
	fault.Point("memo: saved")
	return nil
}
