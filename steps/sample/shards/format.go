package shards

import (
	"fmt"
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
	if promised == "" || promised == found {
		return found, nil
	}
	return "", fmt.Errorf("%s: the name says %s, but the file (%d bytes) starts like %s; fetch it again, or rename it",
		name, promised, r.Size(), found)
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
