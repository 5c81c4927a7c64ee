package runner_test

import (
	"strings"
	"testing"
)

// The lineage of a step grows with its rows, so an apply holds none of it: neither of actions that it executed nor of
// those that it found done one by one, as for a step without a manifest.
func TestApplyHoldsNoLineage(t *testing.T) {
	p := newProject(t)
	for _, of := range []string{"executed", "found done"} {
		held, err := p.runner().Held(t.Context())
		if err != nil || len(held) == 0 {
			t.Fatalf("%d records, %v", len(held), err)
		}
		for _, rec := range held {
			if len(rec.Lineage) > 0 {
				t.Errorf("%s: holds the lineage of an action of kind %s", of, rec.Pieces.Kind)
			}
		}
		m := p.bucket.(*memory)
		for name := range m.data {
			if strings.HasPrefix(name, "steps/") {
				delete(m.data, name)
			}
		}
	}
}
