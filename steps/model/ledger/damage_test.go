package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte {
		b[at] ^= 0x10
		return b
	}
}

// Every byte of a segment is flipped once, and the segment cut at every length. A flip costs one answer at most.
func TestDamageToAnyByteIsDetected(t *testing.T) {
	seg, err := pack(answers(0, 3))
	if err != nil {
		t.Fatal(err)
	}
	name := seg.seal()
	for at := range seg.data {
		records, err := parseSegment(name, flip(at)(bytes.Clone(seg.data)))
		if err == nil || len(records) < 2 {
			t.Errorf("flip %d: %d records, %v", at, len(records), err)
		}
		if _, err := parseSegment(name, seg.data[:at]); err == nil {
			t.Errorf("cut %d: not detected", at)
		}
	}
}

// A damaged segment is named, each of its answers is either the right one or unknown, and those of other segments are
// there.
func TestDamagedSegmentIsNamedAndTheRestGoesOn(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	commit(t, l, answers(0, 3)...)
	victim := bucket.names()[0]
	commit(t, l, answers(3, 6)...)
	size := len(bucket.objects[victim])
	for at := 0; at < size; at += 13 {
		checkDamage(t, bucket, victim, fmt.Sprint("flip ", at), 2, flip(at))
		checkDamage(t, bucket, victim, fmt.Sprint("cut ", at), 0, func(b []byte) []byte { return b[:at] })
	}
}

// checkDamage expects at least atLeast of the three answers of victim to be saved.
func checkDamage(t *testing.T, sound *memBucket, victim, what string, atLeast int, f func([]byte) []byte) {
	t.Helper()
	bucket := sound.copy()
	bucket.damage(victim, f)
	var warnings []error
	l := New(Options{Bucket: bucket, Warn: func(err error) { warnings = append(warnings, err) }})
	defer l.Close()
	for i := 3; i < 6; i++ {
		wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
	}
	saved := 0
	for i := range 3 {
		r, err := l.Lookup(t.Context(), keyOf(i))
		if err == nil && string(r.Body) == fmt.Sprintf("answer %d", i) {
			saved++
		} else if !errors.Is(err, ErrUnknown) {
			t.Fatalf("%s: answer %d: %q, %v", what, i, r.Body, err)
		}
	}
	if saved < atLeast {
		t.Errorf("%s: %d answers saved, want %d", what, saved, atLeast)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0].Error(), victim) {
		t.Fatalf("%s: warned %v, want one warning that names %s", what, warnings, victim)
	}
}

func TestSegmentDamagedOrGoneAfterItWasIndexed(t *testing.T) {
	for what, harm := range map[string]func(*memBucket, string){
		"flipped": func(b *memBucket, name string) { b.damage(name, flip(len(segmentHeader)+frameHead+5)) },
		"emptied": func(b *memBucket, name string) { b.damage(name, func([]byte) []byte { return nil }) },
		"deleted": func(b *memBucket, name string) { delete(b.objects, name) },
	} {
		bucket := newBucket()
		var warnings []error
		l := openLedger(t, bucket, "", &warnings)
		commit(t, l, answer(0, "answer 0"))
		name := bucket.names()[0]
		harm(bucket, name)
		for range 2 {
			wantUnknown(t, l, 0)
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0].Error(), name) {
			t.Errorf("%s: warned %v, want once, with the name %s", what, warnings, name)
		}
		again := answer(0, "again")
		again.At = again.At.Add(time.Hour)
		commit(t, l, again)
		wantAnswer(t, l, 0, "again")
	}
}

func TestDamagedSegmentIsNotMergedAway(t *testing.T) {
	bucket := newBucket()
	var warnings []error
	l := openLedger(t, bucket, "", &warnings)
	commit(t, l, answers(0, 3)...)
	victim := bucket.names()[0]
	bucket.damage(victim, flip(len(segmentHeader)+frameHead+5))
	for i := 3; i < 3+3*mergeCount; i++ {
		commit(t, l, answers(i, i+1)...)
	}
	if _, ok := bucket.objects[victim]; !ok || len(warnings) == 0 {
		t.Errorf("the damaged segment is there: %v, warnings %v; want it kept and named", ok, warnings)
	}
	for i := 1; i < 3+3*mergeCount; i++ {
		wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
	}
}

func TestWrongPlaceInTheIndexIsFoundOut(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	commit(t, l, answers(0, 4)...)
	for _, change := range []string{"off = off + 1", "off = -7", "n = 1 << 50", "off = (SELECT off FROM outcomes WHERE id = 1)"} {
		if _, err := l.index.db.Exec("UPDATE outcomes SET " + change + " WHERE id = 3"); err != nil {
			t.Fatal(err)
		}
		wantAnswer(t, l, 2, "answer 2")
	}
}

func TestDamagedIndexIsSetAsideAndBuiltAnew(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		folder, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		path, bucket := filepath.Join(folder, "l"), newBucket()
		l := New(Options{Bucket: bucket, Path: path})
		if err := errors.Join(l.Commit(context.Background(), answers(0, 60)), l.Close()); err != nil {
			rt.Fatal(err)
		}
		harm(rt, path)
		warned := 0
		l = New(Options{Bucket: bucket, Path: path, Warn: func(error) { warned++ }})
		defer l.Close()
		if err := l.Check(context.Background()); err != nil {
			rt.Fatal(err)
		}
		for i := range 60 {
			if r, err := l.Lookup(context.Background(), keyOf(i)); err != nil || string(r.Body) != fmt.Sprintf("answer %d", i) {
				rt.Fatalf("answer %d: %q, %v", i, r.Body, err)
			}
		}
		kept, _ := filepath.Glob(path + ".damaged-*")
		if (warned > 0) != (len(kept) > 0) {
			rt.Fatalf("warned %d times and kept %v", warned, kept)
		}
	})
}

// harm overwrites a stretch of the file, or cuts it.
func harm(t *rapid.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
	if rapid.Bool().Draw(t, "cut") {
		data = data[:at]
	} else {
		copy(data[at:], rapid.SliceOfN(rapid.Byte(), 1, 600).Draw(t, "bytes"))
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestIndexOfAnotherVersionIsSetAside(t *testing.T) {
	path, bucket := filepath.Join(t.TempDir(), "l"), newBucket()
	l := openLedger(t, bucket, path, nil)
	commit(t, l, answers(0, 3)...)
	if _, err := l.index.db.Exec("ALTER TABLE outcomes ADD COLUMN extra TEXT"); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	var warnings []error
	l = openLedger(t, bucket, path, &warnings)
	wantAnswer(t, l, 1, "answer 1")
	if len(warnings) != 1 || !strings.Contains(warnings[0].Error(), path+".damaged-") {
		t.Errorf("warned %v, want where the old index is", warnings)
	}
}

func TestIndexThatTurnsOutDamagedInUse(t *testing.T) {
	path, bucket := filepath.Join(t.TempDir(), "l"), newBucket()
	l := openLedger(t, bucket, path, nil)
	for i := range 10 {
		commit(t, l, answers(100*i, 100*i+100)...)
	}
	closed(t, l)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 4096 * 8; at < len(data); at++ {
		data[at] = 0xa5
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{true, false} {
		warned := 0
		l := New(Options{Bucket: bucket, Path: path, ReadOnly: readOnly, Warn: func(error) { warned++ }})
		for i := range 1000 {
			wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
		}
		closed(t, l)
		if warned == 0 {
			t.Errorf("read-only %v: nothing was said of the damage", readOnly)
		}
	}
}

func FuzzParseSegment(f *testing.F) {
	seg, err := pack(answers(0, 3))
	if err != nil {
		f.Fatal(err)
	}
	name := seg.seal()
	f.Add(seg.data)
	f.Add(seg.data[:len(seg.data)-1])
	f.Add([]byte(segmentHeader))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := parseSegment(name, data)
		if (err == nil) != (string(data) == string(seg.data)) {
			t.Fatalf("%d bytes, not those that were written: %d records, %v", len(data), len(records), err)
		}
	})
}

// A kind of outcome that no outcome has would hide an answer: the index is built anew.
func TestDamagedKindOfOutcomeIsFoundOut(t *testing.T) {
	var warnings []error
	l := openLedger(t, newBucket(), filepath.Join(t.TempDir(), "l"), &warnings)
	commit(t, l, answers(0, 3)...)
	if _, err := l.index.db.Exec("PRAGMA ignore_check_constraints=1; UPDATE outcomes SET kind = 0 WHERE id = 2; PRAGMA ignore_check_constraints=0"); err != nil {
		t.Fatal(err)
	}
	wantUnknown(t, l, 1)
	if err := l.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, l, 1, "answer 1")
	if len(warnings) != 1 {
		t.Errorf("warned %v, want once", warnings)
	}
}

// So does a time that is none: it is found when it is read, before anything is checked.
func TestDamagedTypeInTheIndexIsFoundOut(t *testing.T) {
	var warnings []error
	l := openLedger(t, newBucket(), filepath.Join(t.TempDir(), "l"), &warnings)
	commit(t, l, answers(0, 3)...)
	if _, err := l.index.db.Exec("UPDATE outcomes SET at = x'18ea' WHERE id = 2"); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, l, 1, "answer 1")
	if len(warnings) != 1 {
		t.Errorf("warned %v, want once", warnings)
	}
}
