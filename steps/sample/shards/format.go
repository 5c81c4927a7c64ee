package shards

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"sftrun.local/steps"
)

// format is what a file holds, in the words of errors.
type format string

const (
	parquetFormat format = "Parquet"
	gzipFormat    format = "gzip"
	zstdFormat    format = "zstd"
	textFormat    format = "JSON lines"
)

// magics are the first bytes of formats. All else is taken for text.
var magics = []struct {
	start  string
	format format
}{
	{"PAR1", parquetFormat},
	{"PARE", parquetFormat},
	{"\x1f\x8b", gzipFormat},
	{"\x28\xb5\x2f\xfd", zstdFormat},
}

// endings tell the format by name.
var endings = []struct {
	end    string
	format format
}{
	{".parquet", parquetFormat},
	{".gz", gzipFormat},
	{".zst", zstdFormat},
	{".jsonl", textFormat},
	{".ndjson", textFormat},
	{".json", textFormat},
}

// recognise tells the format by the first bytes. A name that promises another one is an error: either the name is
// wrong or the file is damaged.
func recognise(r steps.Reader, name string) (format, error) {
	found, err := byContent(r)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	promised := byName(name)
	if r.Size() == 0 && promised != "" && promised != textFormat {
		return "", fmt.Errorf("%s: is empty (0 bytes), which no %s file is; fetch it again", name, promised)
	}
	if promised == "" && found == textFormat && !startsLikeRows(r) {
		return "", fmt.Errorf("%s: no format that is known; rows are read from .parquet, .jsonl, .jsonl.gz and .jsonl.zst", name)
	}
	if promised == "" || promised == found {
		return found, nil
	}
	return "", fmt.Errorf("%s: the name says %s, but the file (%d bytes) starts like %s; fetch it again, or rename it",
		name, promised, r.Size(), found)
}

// startsLikeRows tells whether a text without a telling name begins as JSON does, or is empty.
func startsLikeRows(r steps.Reader) bool {
	start := make([]byte, min(64, r.Size()))
	if _, err := r.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return true // reading it tells what is wrong
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(start), "\ufeff"), " \t\r\n")
	return text == "" || text[0] == '{' || text[0] == '['
}

func byContent(r steps.Reader) (format, error) {
	start := make([]byte, min(4, r.Size()))
	if n, err := r.ReadAt(start, 0); n < len(start) {
		return "", err
	}
	for _, m := range magics {
		if strings.HasPrefix(string(start), m.start) {
			return m.format, nil
		}
	}
	return textFormat, nil
}

func byName(name string) format {
	for _, e := range endings {
		if strings.HasSuffix(strings.ToLower(name), e.end) {
			return e.format
		}
	}
	return ""
}
