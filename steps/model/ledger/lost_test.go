package ledger

import (
	"path/filepath"
	"strings"
	"testing"
)

// Segments that are gone are told of in one warning, and what was in them is counted.
func TestSegmentsThatAreGoneAreToldOfOnce(t *testing.T) {
	bucket := newBucket()
	var warnings []error
	l := openLedger(t, bucket, filepath.Join(t.TempDir(), "l"), &warnings)
	commit(t, l, answers(0, 3)...)
	commit(t, l, answers(3, 5)...)
	gone := bucket.names()
	commit(t, l, answers(5, 6)...)
	for _, name := range gone {
		delete(bucket.objects, name)
	}
	losses, err := l.Lost(t.Context())
	if err != nil || len(losses) != 2 || losses[0].Answers+losses[1].Answers != 5 {
		t.Errorf("lost %+v, %v; want two segments with five answers", losses, err)
	}
	for i := range 5 {
		wantUnknown(t, l, i)
	}
	wantAnswer(t, l, 5, "answer 5")
	if len(warnings) != 1 || !strings.Contains(warnings[0].Error(), "and 1 more: gone, with answers that lie nowhere else: 5.") {
		t.Errorf("warned %v, want one warning for all", warnings)
	}
}
