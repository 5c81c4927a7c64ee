package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"sftrun.local/schema"
)

// BenchmarkLoad loads a pipeline of some 200 lines. `sftrun plan` with nothing to do must end within 100 ms, of which
// this may take 15.
func BenchmarkLoad(b *testing.B) {
	var more strings.Builder
	for i := range 40 {
		fmt.Fprintf(&more, "\t\tcheck%d: sft.#Validate & {\n\t\t\tinput: transform.rows\n\t\t\tpublish: \"check%d.json\"\n\t\t}\n", i, i)
	}
	dir := project(b, map[string]string{"pipeline.cue": edited(b, "\t\tvalidate: sft", more.String()+"\t\tvalidate: sft")})
	options := schema.Options{Dir: dir, Kinds: kinds(b)}
	for b.Loop() {
		if _, err := schema.Load(b.Context(), options); err != nil {
			b.Fatal(err)
		}
	}
}
