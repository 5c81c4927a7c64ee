package spool_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/outside/spool"
	"sftrun.local/steps"
)

// far is a source of one shard that counts the bytes read of it.
type far struct {
	data   []byte
	read   int
	broken int // byte from which it cannot be read, 0 = none
}

func (*far) Claims(string) bool { return true }

func (*far) List(context.Context, steps.Wanted) (runner.Listing, error) {
	return runner.Listing{}, nil
}

func (f *far) Open(context.Context, steps.Shard) (steps.Reader, error) { return f, nil }
func (f *far) Size() int64                                             { return int64(len(f.data)) }
func (f *far) Close() error                                            { return nil }

func (f *far) ReadAt(p []byte, off int64) (int, error) {
	n, err := bytes.NewReader(f.data).ReadAt(p, off)
	if f.broken > 0 && int(off)+n > f.broken {
		return 0, errors.New("the line is dead")
	}
	f.read += n
	return n, err
}

// open a shard of n bytes.
func open(t *testing.T, n int) (f *far, r steps.Reader, dir string) {
	t.Helper()
	f = &far{data: make([]byte, n)}
	rand.NewChaCha8([32]byte{1}).Read(f.data)
	dir = filepath.Join(t.TempDir(), "spool")
	r, err := spool.New(f, dir).Open(t.Context(), steps.Shard{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return f, r, dir
}

func whole(t *testing.T, r steps.Reader) []byte {
	t.Helper()
	data, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAShardThatIsReadTwiceComesOnce(t *testing.T) {
	for _, size := range []int{0, 1, 1000, 256 << 10, 256<<10 + 1, 1 << 20} {
		f, r, dir := open(t, size)
		start := make([]byte, min(4, size))
		if _, err := r.ReadAt(start, 0); err != nil {
			t.Error(err)
		}
		for range 3 {
			if !bytes.Equal(whole(t, r), f.data) {
				t.Errorf("%d bytes: others came", size)
			}
		}
		if f.read != size {
			t.Errorf("%d bytes: %d were read", size, f.read)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%d bytes: %s would outlive a kill", size, left[0].Name())
		}
	}
}

func TestWhoJumpsAheadReadsTheSource(t *testing.T) {
	f, r, dir := open(t, 1<<20)
	if _, err := r.ReadAt(make([]byte, 4), 0); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{1 << 19, 4, 1<<20 - 8, 0} {
		p := make([]byte, 8)
		if _, err := r.ReadAt(p, at); err != nil || !bytes.Equal(p, f.data[at:at+8]) {
			t.Errorf("at %d: %x, %v", at, p, err)
		}
	}
	if f.read != 4+4*8 {
		t.Errorf("%d bytes were read", f.read)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a folder was made for nothing")
	}
}

func TestAFailureIsNotKept(t *testing.T) {
	f, r, _ := open(t, 1<<20)
	f.broken = 1 << 19
	if _, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size())); err == nil {
		t.Error("a shard that breaks off was read")
	}
	f.broken = 0
	if !bytes.Equal(whole(t, r), f.data) {
		t.Error("other bytes came after a failure")
	}
	if f.read != 1<<20 {
		t.Errorf("%d bytes were read", f.read)
	}
}

func TestWithoutRoomItIsReadTwice(t *testing.T) {
	f, r, dir := open(t, 1<<20)
	if err := os.WriteFile(dir, nil, 0o644); err != nil { // where the folder should be
		t.Fatal(err)
	}
	for range 2 {
		if !bytes.Equal(whole(t, r), f.data) {
			t.Error("other bytes came")
		}
	}
	if f.read < 2<<20 {
		t.Errorf("%d bytes were read", f.read)
	}
}
