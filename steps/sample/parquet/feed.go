package parquet

import (
	"errors"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// feed is what parquet-go reads as the pages of a column: pages that have been checked and unpacked, one after another.
type feed struct {
	base    int64  // place in the feed of pending[0]
	pending []byte // pages that parquet-go has not yet read
	buf     []byte // the memory of the pages
}

// maxFeed is how long parquet-go takes the pages of a column to be, as it reads what it is given.
const maxFeed = 1 << 62

var errPassed = errors.New("a page is asked for that has been read, or is missing: a dictionary")

// ReadAt gives what has been added, once and in order. It gives fewer bytes than asked for, without an error, where
// nothing more is pending.
func (f *feed) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case off != f.base:
		return 0, errPassed
	case len(f.pending) == 0:
		return 0, io.EOF
	}
	n := copy(p, f.pending)
	f.base, f.pending = f.base+int64(n), f.pending[n:]
	return n, nil
}

// add makes room for a page whose data, unpacked, have some size, and returns the room. It must be filled before
// parquet-go reads on.
func (f *feed) add(h format.PageHeader, size int) ([]byte, error) {
	h.CompressedPageSize, h.UncompressedPageSize, h.CRC = int32(size), int32(size), 0
	h.DataPageHeader.V.Statistics, h.DataPageHeaderV2.V.Statistics = format.Statistics{}, format.Statistics{}
	head, err := thrift.Marshal(new(thrift.CompactProtocol), &h)
	if err != nil {
		return nil, err
	}
	if len(f.pending) == 0 {
		f.pending = f.buf[:0]
	}
	f.pending = slices.Grow(append(f.pending, head...), size)
	f.pending = f.pending[:len(f.pending)+size]
	f.buf = f.pending
	return f.pending[len(f.pending)-size:], nil
}
