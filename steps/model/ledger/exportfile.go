package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
)

// A file of exported answers is, numbers little-endian:
//
//	header     "sftrun-export/1\n"                                                 16 bytes
//	segments   each: its length u64, its SHA-256, and the segment (segment.go)
//	end        a length of 0, and the SHA-256 of all before it
//
// So it can be written and read in one go with one segment in memory, a file that is cut off has no end, and of one
// that is damaged the place can be told. Records are sorted by key, one each, so equal answers make equal files.
const (
	exportName    = "sftrun-export/"
	exportVersion = 1

	// exportSegment is about the size of a segment in bytes; only a single larger answer makes a larger one.
	exportSegment = 4 << 20
	// maxSegment is the most that the length of a segment is believed.
	maxSegment = 1 << 33
)

var errCutOff = errors.New("it is cut off")

func exportHeader() string { return fmt.Sprintf("%s%d\n", exportName, exportVersion) }

// An exportWriter writes a file. It must be closed with end.
type exportWriter struct {
	to  io.Writer
	sum hash.Hash
	seg *segment
}

func newExportWriter(w io.Writer) (*exportWriter, error) {
	sum := sha256.New()
	e := &exportWriter{to: io.MultiWriter(w, sum), sum: sum, seg: newSegment(exportSegment)}
	_, err := io.WriteString(e.to, exportHeader())
	return e, err
}

func (e *exportWriter) add(r Record) error {
	if err := e.seg.add(r); err != nil {
		return err
	}
	if len(e.seg.data) < exportSegment {
		return nil
	}
	return e.flush()
}

// flush writes the segment that was gathered.
func (e *exportWriter) flush() error {
	if len(e.seg.spans) == 0 {
		return nil
	}
	e.seg.seal()
	sum := sha256.Sum256(e.seg.data)
	head := append(binary.LittleEndian.AppendUint64(nil, uint64(len(e.seg.data))), sum[:]...)
	_, err := e.to.Write(append(head, e.seg.data...))
	e.seg = newSegment(exportSegment)
	return err
}

func (e *exportWriter) end() error {
	if err := e.flush(); err != nil {
		return err
	}
	if _, err := e.to.Write(make([]byte, 8)); err != nil {
		return err
	}
	_, err := e.to.Write(e.sum.Sum(nil))
	return err
}

// readExport calls f with the records of each segment, and returns no error only if the whole file is as it was
// written. Errors say at which byte it is not.
func readExport(r io.Reader, f func([]Record) error) error {
	e := &exportReader{sum: sha256.New()}
	e.from = io.TeeReader(r, e.sum)
	if err := e.header(); err != nil {
		return err
	}
	for {
		records, err := e.next()
		if err == io.EOF {
			return e.nothingMore(r)
		}
		if err != nil {
			return err
		}
		if err := f(records); err != nil {
			return err
		}
	}
}

type exportReader struct {
	from io.Reader
	sum  hash.Hash
	at   int64 // bytes read
}

// read returns the next n bytes. It holds no more than are there.
func (e *exportReader) read(n int64) ([]byte, error) {
	var buf bytes.Buffer
	got, err := io.CopyN(&buf, e.from, n)
	e.at += got
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w at byte %d", errCutOff, e.at)
	}
	return buf.Bytes(), err
}

func (e *exportReader) header() error {
	found, err := e.read(int64(len(exportHeader())))
	if errors.Is(err, errCutOff) {
		return errors.New("it is no file of exported answers")
	}
	if err != nil {
		return err
	}
	rest, ours := bytes.CutPrefix(found, []byte(exportName))
	version, bad := strconv.Atoi(string(bytes.TrimSpace(rest)))
	switch {
	case !ours || bad != nil:
		return errors.New("it is no file of exported answers")
	case version != exportVersion:
		return fmt.Errorf("it was written in format %d, and this version of sftrun reads format %d: use the version that wrote it, or a newer one", version, exportVersion)
	}
	return nil
}

// next returns the records of the next segment, and io.EOF behind the last one.
func (e *exportReader) next() ([]Record, error) {
	at := e.at
	length, err := e.read(8)
	if err != nil {
		return nil, err
	}
	before := e.sum.Sum(nil)
	n := binary.LittleEndian.Uint64(length)
	if n > maxSegment {
		return nil, e.damaged(at)
	}
	sum, err := e.read(sha256.Size)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		if !bytes.Equal(sum, before) {
			return nil, e.damaged(at)
		}
		return nil, io.EOF
	}
	data, err := e.read(int64(n))
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(data); !bytes.Equal(sum, got[:]) {
		return nil, e.damaged(at)
	}
	return recordsOf(data, at)
}

func (e *exportReader) damaged(at int64) error {
	return fmt.Errorf("it is damaged between byte %d and byte %d", at, e.at)
}

// recordsOf reads a segment whose bytes are sound.
func recordsOf(data []byte, at int64) ([]Record, error) {
	found, err := parseSegment(segmentName(data), data)
	if err != nil {
		return nil, fmt.Errorf("the answers at byte %d: %w", at, err)
	}
	records := make([]Record, len(found))
	for i, r := range found {
		if r.Kind != Answered && r.Kind != Refused {
			return nil, fmt.Errorf("the answers at byte %d: one of them is neither an answer nor a refusal", at)
		}
		records[i] = r.Record
	}
	return records, nil
}

// nothingMore makes sure that the file ends behind its end.
func (e *exportReader) nothingMore(r io.Reader) error {
	if n, err := io.CopyN(io.Discard, r, 1); n > 0 || !errors.Is(err, io.EOF) {
		return errors.Join(fmt.Errorf("there is more behind its end at byte %d", e.at), err)
	}
	return nil
}
