package ledger

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func exported(t testing.TB, l *Ledger) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := l.Export(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func imported(t testing.TB, l *Ledger, file []byte) Intake {
	t.Helper()
	found, err := l.Import(t.Context(), bytes.NewReader(file), false)
	if err != nil || len(found) > 1 {
		t.Fatal(found, err)
	}
	if len(found) == 0 {
		return Intake{}
	}
	found[0].Model, found[0].USD = "", 0
	return found[0]
}

func refused(i int) Record {
	r := answer(i, "")
	r.Kind, r.Reason, r.Detail, r.Body, r.Provenance = Refused, "PROHIBITED_CONTENT", "blocked", nil, nil
	return r
}

func wantSpent(t testing.TB, l *Ledger, want float64) {
	t.Helper()
	if _, usd, err := l.Spent(t.Context(), "r1"); err != nil || usd != want {
		t.Errorf("spent %v, %v; want %v", usd, err, want)
	}
}

// What one project paid for another has for nothing, under the same keys and with the same bytes, and its books say so.
func TestAnswersTravelAndAreNotSpentTwice(t *testing.T) {
	mine := openLedger(t, newBucket(), "", nil)
	commit(t, mine, answers(0, 20)...)
	commit(t, mine, refused(20))
	commit(t, mine, Record{Key: keyOf(21), Kind: Intended, At: time.Unix(1700000000, 0)})
	commit(t, mine, Record{Key: keyOf(22), Kind: Failed, At: time.Unix(1700000000, 0), Cost: Cost{USD: 1}})
	file := exported(t, mine)

	bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
	theirs := openLedger(t, bucket, path, nil)
	if d := cmp.Diff(Intake{New: 21}, imported(t, theirs, file)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Intake{Present: 21}, imported(t, theirs, file)); d != "" {
		t.Errorf("the second time: %s", d)
	}
	wantAnswer(t, theirs, 7, "answer 7")
	if r, err := theirs.Lookup(t.Context(), keyOf(20)); err != nil || r.Kind != Refused || r.Reason != "PROHIBITED_CONTENT" || r.Detail != "blocked" {
		t.Errorf("refusal: %+v, %v", r, err)
	}
	wantSpent(t, mine, 0.25*21+1)
	wantSpent(t, theirs, 0)
	if n, usd, err := theirs.Elsewhere(t.Context()); n != 21 || usd != 0.25*21 || err != nil {
		t.Errorf("imported: %d for %v, %v", n, usd, err)
	}
	if n, err := theirs.InDoubt(t.Context()); n != 0 || err != nil {
		t.Errorf("calls in doubt came along: %d, %v", n, err)
	}
	commit(t, theirs, answer(30, "asked here"))
	wantSpent(t, theirs, 0.25)
	closed(t, theirs)

	another := openLedger(t, bucket, filepath.Join(t.TempDir(), "l"), nil) // a machine that sees the same bucket
	wantSpent(t, another, 0.25)
	if !bytes.Equal(file, exported(t, mine)) {
		t.Error("the same answers give another file")
	}
	third := openLedger(t, newBucket(), "", nil)
	imported(t, third, file)
	if !bytes.Equal(file, exported(t, third)) {
		t.Error("what was imported is exported as another file")
	}
	if d := cmp.Diff(Intake{Present: 21}, imported(t, mine, exported(t, third))); d != "" {
		t.Errorf("back at home: %s", d)
	}
	wantSpent(t, mine, 0.25*21+1)
}

func TestTheEarlierOfTwoAnswersCounts(t *testing.T) {
	later := func(r Record) Record { r.At = r.At.Add(time.Hour); return r }
	mine, theirs := openLedger(t, newBucket(), "", nil), openLedger(t, newBucket(), "", nil)
	commit(t, mine, answer(1, "mine, early"), later(answer(2, "mine, late")), later(answer(3, "the same")), answer(4, "mine"), refused(5))
	commit(t, theirs, later(answer(1, "theirs, late")), answer(2, "theirs, early"), answer(3, "the same"), refused(4), answer(5, "theirs"))
	if d := cmp.Diff(Intake{Present: 1, Differing: 4, Earlier: 2}, imported(t, theirs, exported(t, mine))); d != "" {
		t.Error(d)
	}
	for i, want := range []string{1: "mine, early", 2: "theirs, early", 3: "the same", 4: "mine", 5: "theirs"} {
		if i > 0 {
			wantAnswer(t, theirs, i, want)
		}
	}
	if d := cmp.Diff(Intake{Present: 3, Differing: 2}, imported(t, theirs, exported(t, mine))); d != "" {
		t.Errorf("the second time: %s", d)
	}
}

func TestForgottenAnswersStayForgotten(t *testing.T) {
	mine, theirs := openLedger(t, newBucket(), "", nil), openLedger(t, newBucket(), "", nil)
	commit(t, mine, answers(0, 3)...)
	file := exported(t, mine)
	imported(t, theirs, file)
	if err := theirs.Forget(t.Context(), []Key{keyOf(1)}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Intake{Present: 2, Forgotten: 1}, imported(t, theirs, file)); d != "" {
		t.Error(d)
	}
	wantUnknown(t, theirs, 1)
	if err := mine.Forget(t.Context(), []Key{keyOf(2)}); err != nil {
		t.Fatal(err)
	}
	fresh := openLedger(t, newBucket(), "", nil)
	if d := cmp.Diff(Intake{New: 2}, imported(t, fresh, exported(t, mine))); d != "" {
		t.Error(d)
	}
	wantUnknown(t, fresh, 2)
}

// A call that was made here and of which nothing is known stays in doubt: what is imported tells nothing of its bill.
func TestImportLeavesDoubtsAlone(t *testing.T) {
	mine, theirs := openLedger(t, newBucket(), "", nil), openLedger(t, newBucket(), "", nil)
	commit(t, mine, answer(1, "a"))
	commit(t, theirs, Record{Key: keyOf(1), Kind: Intended, At: time.Unix(1600000000, 0)})
	imported(t, theirs, exported(t, mine))
	wantAnswer(t, theirs, 1, "a")
	if n, err := theirs.InDoubt(t.Context()); n != 1 || err != nil {
		t.Errorf("in doubt: %d, %v", n, err)
	}
}

// An import restores answers whose bytes were lost here.
func TestImportRestoresWhatIsLost(t *testing.T) {
	b := newBucket()
	mine := openLedger(t, b, "", &[]error{})
	commit(t, mine, answers(0, 3)...)
	file := exported(t, mine)
	for _, name := range b.names() {
		if err := b.Delete(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	wantUnknown(t, mine, 1)
	if d := cmp.Diff(Intake{New: 3}, imported(t, mine, file)); d != "" {
		t.Error(d)
	}
	wantAnswer(t, mine, 1, "answer 1")
}

// Of a file that is cut off, flipped or lengthened anywhere nothing is imported, and the error says where it is wrong.
func TestFileThatIsNotSoundAddsNothing(t *testing.T) {
	mine := openLedger(t, newBucket(), "", nil)
	commit(t, mine, answers(0, 4)...)
	file := exported(t, mine)
	bad := map[string][]byte{"longer": append(slices.Clone(file), 'x')}
	for i := range file {
		flipped := slices.Clone(file)
		flipped[i] ^= 1 << rand.IntN(8)
		bad[fmt.Sprint("flipped at ", i)], bad[fmt.Sprint("cut at ", i)] = flipped, file[:i]
	}
	for what, data := range bad {
		b := newBucket()
		theirs := openLedger(t, b, "", nil)
		_, err := theirs.Import(t.Context(), bytes.NewReader(data), false)
		if err == nil || !strings.HasPrefix(err.Error(), "nothing was imported: ") || len(b.names()) > 0 {
			t.Errorf("%s: %v, and %d objects in the bucket", what, err, len(b.names()))
		}
	}
	newer := append([]byte("sftrun-export/2\n"), file[16:]...)
	if err := VerifyExport(bytes.NewReader(newer)); err == nil || !strings.Contains(err.Error(), "format 2, and this version of sftrun reads format 1") {
		t.Errorf("of a newer format: %v", err)
	}
	if err := VerifyExport(bytes.NewReader(file[:len(file)-7])); err == nil || !strings.Contains(err.Error(), fmt.Sprint("cut off at byte ", len(file)-7)) {
		t.Errorf("cut off: %v", err)
	}
}

func TestExportOfManySegments(t *testing.T) {
	mine, text := openLedger(t, newBucket(), "", nil), strings.Repeat("x", 1<<20)
	for i := range 12 {
		commit(t, mine, answer(i, fmt.Sprint(i, text)))
	}
	theirs := openLedger(t, newBucket(), "", nil)
	if d := cmp.Diff(Intake{New: 12}, imported(t, theirs, exported(t, mine))); d != "" {
		t.Error(d)
	}
	wantAnswer(t, theirs, 11, "11"+text)
}

func TestDryImportOnlyTells(t *testing.T) {
	mine := openLedger(t, newBucket(), "", nil)
	commit(t, mine, answers(0, 4)...)
	file := exported(t, mine)
	b := newBucket()
	theirs := New(Options{Bucket: b, ReadOnly: true})
	defer closed(t, theirs)
	found, err := theirs.Import(t.Context(), bytes.NewReader(file), true)
	if err != nil || len(found) != 1 || found[0].New != 4 || found[0].USD != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	if _, err := theirs.Import(t.Context(), bytes.NewReader(file), false); err == nil || len(b.names()) > 0 {
		t.Errorf("a read-only ledger imported: %v", err)
	}
}
