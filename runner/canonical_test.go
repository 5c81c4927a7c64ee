package runner

import "testing"

// What is taken for canonical at a glance is what encoding it anew gives.
func FuzzIsCanonical(f *testing.F) {
	for _, text := range []string{
		`{"a":1,"b":[{"c":2},{"b":1}],"d":{}}`, `{"b":1,"a":2}`, `{"a":1,"a":1}`, `{"a": 1}`, `{"a":"x: \"y"}`, `{"ä":1}`, `{"a":"<&>"}`,
		`[]`, `"a"`, `1.50`, `{"a":[{"b":1,"a":2}]}`, `{"":"","a":":"}`, "{\"a\":1}\n", `{"a":1} {}`, `{"a b":"c d"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !isCanonical([]byte(text)) {
			t.Skip()
		}
		if want, err := encodedAnew([]byte(text)); err != nil || string(want) != text {
			t.Errorf("%s is taken for canonical, which is %s (%v)", text, want, err)
		}
	})
}

func TestConfigsOfKindsAreTakenForCanonicalAtAGlance(t *testing.T) {
	for _, text := range []string{`{"max":16384,"min":0}`, `{"name":"train-00000.jsonl","rowsPerShard":10,"seed":42}`, `{"a":[],"b":{"c":[1,{"d":null}]}}`, `{}`} {
		if !isCanonical([]byte(text)) {
			t.Errorf("%s is encoded anew", text)
		}
	}
	for _, text := range []string{`{"min":0,"max":1}`, `{"a":1,"a":2}`, `{"a":1}{}`, `{"a":`, "{\"a\":\n1}"} {
		if isCanonical([]byte(text)) {
			t.Errorf("%s is taken for canonical", text)
		}
	}
}
