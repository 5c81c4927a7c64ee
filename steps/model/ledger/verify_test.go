package ledger

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestCheckSegmentSaysWhatIsLost(t *testing.T) {
	seg, err := pack(answers(0, 3))
	if err != nil {
		t.Fatal(err)
	}
	name := seg.seal()
	if n, err := CheckSegment(name, seg.data); n != 3 || err != nil {
		t.Errorf("a sound segment: %d records, %v", n, err)
	}
	if !strings.HasPrefix(name, Prefix) {
		t.Errorf("%s does not begin with %s", name, Prefix)
	}
	harmed := bytes.Clone(seg.data)
	harmed[seg.spans[1].off+frameHead] ^= 1
	var damage *Damage
	if n, err := CheckSegment(name, harmed); n != 2 || !errors.As(err, &damage) || damage.Text != "2 of its 3 answers can be read" {
		t.Errorf("a flipped bit: %d records, %v", n, err)
	}
}
