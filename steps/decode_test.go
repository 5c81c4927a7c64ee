package steps_test

import (
	"errors"
	"testing"

	"sftrun.local/steps"
)

type limits struct {
	Most int `json:"most"`
}

type settings struct {
	Model struct {
		limits
		Batch bool `json:"batch"`
	} `json:"model"`
	By []struct {
		Edges []float64 `json:"edges"`
	} `json:"by"`
	Shares map[string]limits `json:"shares"`
	Name   string            `json:"name"`
}

func TestAValueThatDoesNotFitNamesItsField(t *testing.T) {
	for config, want := range map[string]string{
		`{"model":{"batch":true,"most":99999999999999999999}}`: "model.most: number 99999999999999999999 does not fit; want a whole number of 64 bits",
		`{"by":[{}, {"edges":[1, "x"]}]}`:                      "by[1].edges[1]: string does not fit; want a number",
		`{"name":"n","shares":{"a b":{"most":1.5}}}`:           `shares."a b".most: number 1.5 does not fit; want a whole number of 64 bits`,
		`{"shares":{"a":{},"b":[1]}}`:                          "shares.b: array does not fit; want an object",
		`{"by":{},"name":"n"}`:                                 "by: object does not fit; want a list",
		`{"name":7}`:                                           "name: number does not fit; want a text",
		`{"model":{"batch":1}}`:                                "model.batch: number does not fit; want true or false",
	} {
		err := steps.Decode([]byte(config), &settings{})
		var field *steps.FieldError
		if !errors.As(err, &field) || err.Error() != want {
			t.Errorf("%s: got %v, want %s", config, err, want)
		}
	}
}

func TestDecodeRefusesUnknownFieldsAtAnyDepth(t *testing.T) {
	for _, config := range []string{`{"no":1}`, `{"model":{"no":1}}`, `{"by":[{"no":1}]}`, `{"shares":{"a":{"no":1}}}`, `[]`, `{`} {
		if err := steps.Decode([]byte(config), &settings{}); err == nil {
			t.Errorf("%s was accepted", config)
		}
	}
	if err := steps.Decode([]byte(`{"model":{"most":7,"batch":true},"by":[{"edges":[1]}]}`), &settings{}); err != nil {
		t.Error(err)
	}
}

func TestFieldPathQuotesWhatIsNoIdentifier(t *testing.T) {
	for _, tt := range []struct{ parent, name, want string }{
		{"shares", "a", "shares.a"}, {"shares", "a/b", `shares."a/b"`}, {"", "target", "target"},
	} {
		if got := steps.FieldPath(tt.parent, tt.name); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
