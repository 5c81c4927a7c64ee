package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// A writer takes the rows of a shard.
type writer interface {
	write(row []byte) error
	Close() error
}

// shard writes shard number i, its part of all bytes.
func (o options) shard(i int, next func() []byte) (err error) {
	name := fmt.Sprintf("train-%05d-of-%05d.%s", i, o.shards, o.format)
	file, err := os.Create(filepath.Join(o.out, name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w, err := o.writer(file)
	if err != nil {
		return err
	}
	for left := o.bytes / float64(o.shards); left > 0; {
		row := next()
		left -= float64(len(row) + 1)
		if err := w.write(row); err != nil {
			return err
		}
	}
	return w.Close()
}

func (o options) writer(file io.Writer) (writer, error) {
	switch o.format {
	case "parquet":
		return o.newTable(file)
	case "jsonl":
		return &lines{bufio.NewWriter(file), io.NopCloser(nil)}, nil
	case "jsonl.zst":
		packer, err := zstd.NewWriter(file)
		return &lines{bufio.NewWriter(packer), packer}, err
	}
	return nil, fmt.Errorf("no format %q", o.format)
}

// lines writes rows as JSON lines.
type lines struct {
	*bufio.Writer
	packer io.Closer
}

func (l *lines) write(row []byte) error {
	l.Write(row) // a bufio.Writer tells its error again
	return l.WriteByte('\n')
}

func (l *lines) Close() error { return errors.Join(l.Flush(), l.packer.Close()) }
