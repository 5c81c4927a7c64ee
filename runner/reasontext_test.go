package runner

import "testing"

// Of two long values that begin alike, the place is shown where they begin to differ.
func TestShortShowsTheDifference(t *testing.T) {
	const many = `["data/one-*.jsonl","data/two-*.jsonl","data/three-*.jsonl","data/four-*.jsonl"`
	for _, test := range []struct{ old, new, wantOld, wantNew string }{
		{`16384`, `2200`, `16384`, `2200`},
		{many + `]`, many + `,"data/five.jsonl"]`, `…,"data/four-*.jsonl"]`, `…,"data/four-*.jsonl","data/five.jsonl"]`},
		{``, many + `]`, ``, `["data/one-*.jsonl","data/two-*.jsonl","data/three-*.jsonl",…`},
	} {
		if old, now := short([]byte(test.old), []byte(test.new)); old != test.wantOld || now != test.wantNew {
			t.Errorf("%s → %s, want %s → %s", old, now, test.wantOld, test.wantNew)
		}
	}
}
