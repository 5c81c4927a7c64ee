package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// files lists the files of a folder with their sizes and times.
func files(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s %d %v %x", e.Name(), info.Size(), info.ModTime(), keyOf(len(data))))
	}
	return list
}

func reader(t *testing.T, b Bucket, path string) *Ledger {
	t.Helper()
	l := New(Options{Bucket: b, Path: path, ReadOnly: true, Warn: func(err error) { t.Errorf("warned: %v", err) }})
	t.Cleanup(func() { closed(t, l) })
	return l
}

// readUnchanged looks up answers 0 to n-1 and expects the folder and the bucket to stay as they are.
func readUnchanged(t *testing.T, b *memBucket, path string, n int) {
	t.Helper()
	before, objects := files(t, filepath.Dir(path)), b.names()
	l := reader(t, b, path)
	for i := range n {
		wantAnswer(t, l, i, fmt.Sprintf("answer %d", i))
	}
	wantUnknown(t, l, n)
	closed(t, l)
	if after := files(t, filepath.Dir(path)); !slices.Equal(before, after) || !slices.Equal(objects, b.names()) {
		t.Errorf("a read-only ledger changed %v into %v", before, after)
	}
}

func TestReadOnlyChangesNoFile(t *testing.T) {
	bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
	readUnchanged(t, bucket, path, 0)
	l := openLedger(t, bucket, path, nil)
	commit(t, l, answers(0, 5)...)
	readUnchanged(t, bucket, path, 5)
	closed(t, l)
	readUnchanged(t, bucket, path, 5)
}

func TestReadOnlyKnowsWhatAnotherMachineStored(t *testing.T) {
	bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
	l := openLedger(t, bucket, path, nil)
	commit(t, l, answers(0, 5)...)
	closed(t, l)
	commit(t, openLedger(t, bucket, "", nil), answers(5, 9)...)
	readUnchanged(t, bucket, path, 9)
	if _, all, err := reader(t, bucket, path).Spent(t.Context(), ""); err != nil || all != 9*0.25 {
		t.Errorf("spent %v, %v; want %v", all, err, 9*0.25)
	}
	if sums, err := reader(t, bucket, path).Sums(t.Context()); err != nil || len(sums) != 1 || sums[0].Answered != 9 {
		t.Errorf("sums %+v, %v; want all 9 answers in one", sums, err)
	}
}

func TestReadOnlyRefusesToWrite(t *testing.T) {
	l := reader(t, newBucket(), "")
	for what, err := range map[string]error{
		"commit": l.Commit(t.Context(), answers(0, 1)),
		"forget": l.Forget(t.Context(), []Key{keyOf(1)}),
	} {
		if err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
}

// A reader that holds the index open must not stop a writer, and the other way round.
func TestReaderAndWriterTogether(t *testing.T) {
	bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
	l := openLedger(t, bucket, path, nil)
	commit(t, l, answers(0, 5)...)
	r := reader(t, bucket, path)
	wantAnswer(t, r, 0, "answer 0")
	for i := 5; i < 25; i++ {
		commit(t, l, answers(i, i+1)...)
		wantAnswer(t, r, i-5, fmt.Sprintf("answer %d", i-5))
	}
}

// What a kill in the middle of a transaction leaves can only be repaired by a writer; until then a reader goes by the
// segments.
func TestReadOnlyBesideAHotJournal(t *testing.T) {
	bucket, folder := newBucket(), t.TempDir()
	path := filepath.Join(folder, "l")
	l := openLedger(t, bucket, path, nil)
	commit(t, l, answers(0, 500)...)
	tx, err := l.index.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"PRAGMA cache_size = 1", "PRAGMA cache_spill = 1", "UPDATE outcomes SET reason = hex(randomblob(200))"} {
		if _, err := tx.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	killed := filepath.Join(t.TempDir(), "l")
	for _, suffix := range []string{"", "-journal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(killed+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if ix, err := readIndex(t.Context(), killed); err == nil {
		t.Error(ix.close(), "the journal is not hot, so this test shows nothing")
	}
	readUnchanged(t, bucket, killed, 500)
	wantAnswer(t, openLedger(t, bucket, killed, nil), 499, "answer 499")
}

// A process that was killed before it made the tables leaves an empty file, which is no damage.
func TestEmptyIndexIsReadWithoutAWord(t *testing.T) {
	path, bucket := filepath.Join(t.TempDir(), "l"), newBucket()
	commit(t, openLedger(t, bucket, "", nil), answers(0, 3)...)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := New(Options{Bucket: bucket, Path: path, ReadOnly: true, Warn: func(err error) { t.Error(err) }})
	defer l.Close()
	wantAnswer(t, l, 1, "answer 1")
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("the file was changed: %v, %v", info.Size(), err)
	}
}
