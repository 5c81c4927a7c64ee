package all_test

import (
	"strings"
	"testing"

	"sftrun.local/steps/all"
)

// Names tell kinds apart in pipelines and keys, and each schema defines the kind it comes with.
func TestKindsAreCompleteAndApart(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range all.Kinds() {
		if k.Name == "" || seen[k.Name] || k.Version < 1 || k.New == nil || k.Do == nil {
			t.Errorf("kind %q is not complete, or not the only one of its name", k.Name)
		}
		seen[k.Name] = true
		if !strings.Contains(k.Schema, `"`+k.Name+`"`) {
			t.Errorf("the schema of %s does not set kind: %q", k.Name, k.Name)
		}
	}
	if len(seen) == 0 {
		t.Error("no kinds")
	}
}
