package parquet_test

import (
	"bytes"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"sftrun.local/steps/sample/parquet"
)

// The lines of types.jsonl were compared by eye with the values in make.py: ordinary ones, extremes, nulls, and what
// JSON cannot hold.
func TestEveryType(t *testing.T) {
	lines, flaws, err := read(file(t, "types.parquet"), nil)
	if err != nil {
		t.Fatal(err)
	}
	same(t, lines, textLines(t, "types.jsonl"))
	if flaws != (parquet.Flaws{NotNumber: 1}) {
		t.Errorf("flaws %+v, want one row with NaN or an infinity", flaws)
	}
}

func TestInt96IsATimestamp(t *testing.T) {
	same(t, readAll(t, file(t, "int96.parquet")), []string{
		`{"int96":"2024-02-29T01:02:03.000004000"}`,
		`{"int96":"1900-01-01T00:00:00.000000000"}`,
	})
}

// write writes rows with parquet-go.
func write[T any](t *testing.T, rows []T, options ...pq.WriterOption) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pq.NewGenericWriter[T](&file, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestInvalidUTF8IsMendedAndCounted(t *testing.T) {
	type row struct {
		Text string   `parquet:"text"`
		List []string `parquet:"list"`
	}
	lines, flaws, err := read(write(t, []row{{"a\xff\xfeb", []string{"\xc3", "\xc3"}}, {"ä", nil}}), nil)
	if err != nil {
		t.Fatal(err)
	}
	same(t, lines, []string{`{"text":"a��b","list":["�","�"]}`, `{"text":"ä","list":[]}`})
	if flaws != (parquet.Flaws{BadText: 1}) {
		t.Errorf("flaws %+v, want one row with bad text", flaws)
	}
}

func TestRepeatedFieldIsAList(t *testing.T) {
	type item struct {
		A int32  `parquet:"a"`
		B []bool `parquet:"b"`
	}
	type row struct {
		Items []item `parquet:"items"`
	}
	lines := readAll(t, write(t, []row{{[]item{{1, []bool{true, false}}, {2, nil}}}, {nil}}))
	same(t, lines, []string{`{"items":[{"a":1,"b":[true,false]},{"a":2,"b":[]}]}`, `{"items":[]}`})
}

func TestFileWithoutRows(t *testing.T) {
	type row struct {
		A int32 `parquet:"a"`
	}
	if lines := readAll(t, write[row](t, nil)); len(lines) != 0 {
		t.Errorf("%d rows in a file without rows", len(lines))
	}
}

func TestMessagesAreRequired(t *testing.T) {
	type turn struct {
		Role    string `parquet:"role"`
		Content []byte `parquet:"content"`
	}
	type conversation struct {
		ID       string `parquet:"id"`
		Messages []turn `parquet:"messages,list"`
	}
	data := write(t, []conversation{{"1", nil}})
	f, err := parquet.Open(bytes.NewReader(data), int64(len(data)), "x.parquet")
	if err != nil {
		t.Fatal(err)
	}
	err = f.RequireMessages()
	want := "it has id: string, messages: list<struct<role: string, content: binary>>"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}
