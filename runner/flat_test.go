package runner

import (
	"encoding/json"
	"testing"
)

// A config taken apart and put together again is the config.
func FuzzFlat(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1}`, `{"a":{"b":[1,{"c":2}],"d":{}}}`, `{"a":{"":1,"b":2}}`, `{"a.b":1,"a":{"c":2}}`, `{"":{"":{"":0}}}`,
		`{"a\"b":{"c.d":null}}`, `{"x":1.50,"y":1e3,"z":12345678901234567890}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var object map[string]any
		if json.Unmarshal([]byte(text), &object) != nil || object == nil {
			t.Skip()
		}
		want, err := canonical([]byte(text))
		if err != nil {
			t.Skip()
		}
		flat, err := flatten(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := flat.config(); string(got) != string(want) {
			t.Errorf("%s\nis %s\ncame back as %s", text, want, got)
		}
	})
}
