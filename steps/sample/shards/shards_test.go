package shards_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	pq "github.com/parquet-go/parquet-go"

	"sftrun.local/steps/sample/shards"
)

// memory is a steps.Reader of bytes.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

type row struct {
	ID       string    `parquet:"id"`
	Messages []message `parquet:"messages,list"`
}

type message struct {
	Role    string `parquet:"role"`
	Content string `parquet:"content"`
}

// line is row i as JSON.
func line(i int) string {
	return fmt.Sprintf(`{"id":"%d","messages":[{"role":"user","content":"思考 %d"}]}`, i, i)
}

func text(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i) + "\n")
	}
	return b.String()
}

func packGzip(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func packZstd(s string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return string(w.EncodeAll([]byte(s), nil))
}

func table(n int) string {
	var b bytes.Buffer
	w := pq.NewGenericWriter[row](&b)
	for i := range n {
		w.Write([]row{{fmt.Sprint(i), []message{{"user", fmt.Sprintf("思考 %d", i)}}}})
	}
	w.Close()
	return b.String()
}

// read returns the number of rows of a shard, and the chosen ones.
func read(name, data string, chosen ...int) (n int, lines []string, err error) {
	ctx := context.Background()
	s, err := shards.Open(memory{bytes.NewReader([]byte(data))}, name)
	if err != nil {
		return 0, nil, err
	}
	if n, err = s.Rows(ctx); err != nil {
		return n, nil, err
	}
	_, err = s.Read(ctx, chosen, func(number int, line []byte) error {
		lines = append(lines, fmt.Sprintf("%d: %s", number, line))
		return nil
	})
	return n, lines, err
}

func TestAllFormatsGiveTheSameRows(t *testing.T) {
	for name, data := range map[string]string{
		"x.jsonl": text(100), "x.json": text(100), "x.ndjson": strings.TrimSpace(text(100)),
		"x.jsonl.gz": packGzip(text(100)), "two members.gz": packGzip(text(60)) + packGzip(text(100)[len(text(60)):]),
		"x.jsonl.zst": packZstd(text(100)), "two frames.zst": packZstd(text(60)) + packZstd(text(100)[len(text(60)):]),
		"x.PARQUET": table(100), "without ending": packZstd(text(100)),
	} {
		n, lines, err := read(name, data, 0, 7, 63, 99)
		if err != nil || n != 100 || len(lines) != 4 {
			t.Errorf("%s: %d rows, %d read, error %v", name, n, len(lines), err)
			continue
		}
		for i, number := range []int{0, 7, 63, 99} {
			if want := fmt.Sprintf("%d: %s", number, line(number)); lines[i] != want {
				t.Errorf("%s: read %s, want %s", name, lines[i], want)
			}
		}
	}
}

func TestShardsWithoutRows(t *testing.T) {
	for name, data := range map[string]string{"x.jsonl": "", "x.jsonl.gz": packGzip("\n"), "x.jsonl.zst": packZstd(""), "x.parquet": table(0)} {
		if n, _, err := read(name, data); n != 0 || err != nil {
			t.Errorf("%s: %d rows, error %v", name, n, err)
		}
	}
}

func TestDamagedShardsAreNamed(t *testing.T) {
	gz, zst, pqt := packGzip(text(100)), packZstd(text(100)), table(100)
	wrong := []byte(gz)
	wrong[len(wrong)-6] ^= 1 // of the checksum
	for _, c := range []struct{ name, data, want string }{
		{"a.jsonl.gz", gz[:len(gz)/2], "the gzip file is cut off or damaged (unexpected EOF); fetch or pack it again"},
		{"a.jsonl.gz", gz[:3], "a.jsonl.gz: the gzip file is cut off or damaged"},
		{"a.jsonl.gz", string(wrong), "the gzip file is cut off or damaged (gzip: invalid checksum)"},
		{"a.jsonl.gz", "", "a.jsonl.gz: is empty (0 bytes), which no gzip file is; fetch it again"},
		{"a.jsonl.zst", "", "a.jsonl.zst: is empty"},
		{"a.parquet", "", "a.parquet: is empty"},
		{"a.jsonl.gz", packGzip(text(1) + "oops"), fmt.Sprintf("a.jsonl.gz (unpacked):2: byte %d of the file: found 'o'", len(text(1)))},
		{"a.jsonl", text(1) + "\x00" + text(1), fmt.Sprintf("a.jsonl:2: byte %d of the file: found a NUL byte", len(text(1)))},
		{"a.jsonl.zst", zst[:len(zst)/2], "the zstd file is cut off or damaged"},
		{"a.jsonl.zst", gz, "a.jsonl.zst: the name says zstd, but the file"},
		{"a.jsonl", gz, "starts like gzip; fetch it again, or rename it"},
		{"a.parquet", pqt[:len(pqt)/2], "a.parquet: the Parquet file is damaged: it ends with"},
		{"a.parquet", "<html>not found", "a.parquet: the name says Parquet, but the file (15 bytes) starts like JSON lines"},
		{"a.jsonl", text(1) + `{"messages":[]`, "a.jsonl:2: byte"},
	} {
		_, _, err := read(c.name, c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s of %d bytes: error %v, want %s", c.name, len(c.data), err, c.want)
		}
	}
}

// Whatever byte is wrong, reading ends, without a panic.
func TestFlippedBytes(t *testing.T) {
	for name, data := range map[string]string{"x.jsonl": text(9), "x.jsonl.gz": packGzip(text(9)), "x.jsonl.zst": packZstd(text(9)), "x.parquet": table(9)} {
		for at := range data {
			wrong := []byte(data)
			wrong[at] ^= 0xff
			if _, _, err := read(name, string(wrong), 0, 5); err != nil && !strings.HasPrefix(err.Error(), name) && !strings.HasPrefix(err.Error(), "read "+name) {
				t.Errorf("byte %d: error %v does not start with %s", at, err, name)
			}
		}
	}
}

func TestRowsNeedMessages(t *testing.T) {
	for bad, want := range map[string]string{
		`{"text":"x","id":"1"}`:                 "it has id, text; rename or convert the field",
		`{"text":"x","id":"1","messages":"hi"}`: "its messages is a string; convert the field",
		`{"messages":{"role":"user"}}`:          "its messages is an object; convert the field",
		`{"messages":null}`:                     "its messages is null; convert the field",
		`{"messages":false}`:                    "its messages is true or false; convert the field",
		`{"messages":-1}`:                       "its messages is a number; convert the field",
		`{}`:                                    "it has no fields",
	} {
		// The row that is wrong is not even chosen.
		_, _, err := read("a.jsonl", line(0)+"\n\n"+bad, 0)
		if want = "a.jsonl:3: the row needs a list messages of {role, content}, " + want; err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", bad, err, want)
		}
	}
	type other struct {
		Text string `parquet:"text"`
	}
	var b bytes.Buffer
	w := pq.NewGenericWriter[other](&b)
	w.Write([]other{{"x"}})
	w.Close()
	if _, _, err := read("a.parquet", b.String(), 0); err == nil || !strings.Contains(err.Error(), "it has text: string") {
		t.Errorf("error %v, want one that shows the schema", err)
	}
}

var errStop = errors.New("stop")

func TestReadingEndsWhenAskedTo(t *testing.T) {
	for name, data := range map[string]string{"x.jsonl": text(9), "x.parquet": table(9)} {
		s, err := shards.Open(memory{bytes.NewReader([]byte(data))}, name)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		_, err = s.Read(context.Background(), []int{1, 2, 3}, func(int, []byte) error {
			seen++
			return errStop
		})
		if err != errStop || seen != 1 {
			t.Errorf("%s: error %v after %d rows, want %v after 1", name, err, seen, errStop)
		}
	}
}
