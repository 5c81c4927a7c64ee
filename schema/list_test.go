package schema_test

import (
	"strings"
	"testing"

	"sftrun.local/schema"
)

func TestLengthOfAListIsSaidInTheWordsOfItsKind(t *testing.T) {
	merge := schema.Definition{Name: "merge", Source: `package sft
// Joins streams.
#Merge: {
	#step
	kind: "merge"
	from?: [#Rows, #Rows, ...#Rows]
	pair?: [number, number]
	names?: [string, string, string, string, ...string]
	flags?: [bool, ...bool]
	any?: [...int] | [#Key, #Key] | int
}
#Key: word!: string
`}
	tests := []struct{ field, want string }{
		{"from: [a.rows]", "steps.m.from: must have at least two steps"},
		{"pair: [1]", "steps.m.pair: must have exactly two numbers"},
		{"pair: [1, 2, 3]", "steps.m.pair: must have exactly two numbers"},
		{`names: ["x"]`, "steps.m.names: must have at least 4 texts"},
		{"flags: []", "steps.m.flags: must have at least one item"},
		{`any: "x"`, `steps.m.any: "x" does not fit; it must be a list of any number of whole numbers or a list of exactly two keys or whole number`},
	}
	for _, test := range tests {
		files := map[string]string{"pipeline.cue": edited(t, "validate: sft", "a: sft.#Sample & {from: \"x\", publish: \"\"}\n\t\tm: sft.#Merge & {"+test.field+"}\n\t\tvalidate: sft")}
		_, err := tryLoad(t, files, func(o *schema.Options) { o.Kinds = append(o.Kinds, merge) })
		if err == nil || !strings.HasSuffix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got\n%v\nwant it to end with\n%s", test.field, err, test.want)
		}
	}
}
