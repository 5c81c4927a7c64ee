package schema_test

import (
	"testing"

	"sftrun.local/schema"
)

func TestNearest(t *testing.T) {
	words := []string{"plan", "apply", "workers", "validate", "überall", "max"}
	tests := []struct{ word, want string }{
		{"plna", "plan"},
		{"Aply", "apply"},
		{"MAX", "max"},
		{"vorkers", "workers"},
		{"valid", "validate"},
		{"uberall", "überall"},
		{"plan", ""},
		{"v", ""},
		{"something", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got := schema.Nearest(test.word, words); got != test.want {
			t.Errorf("the word nearest to %q is %q, want %q", test.word, got, test.want)
		}
	}
}
