package jsonl_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"sftrun.local/steps/jsonl"
)

// readAll returns all rows of a text, up to the first error.
func readAll(r *jsonl.Reader) (rows []string, err error) {
	for {
		row, err := r.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, string(row))
	}
}

func TestReaderTakesRowsAsTheyCome(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                        {"", nil},
		"only blanks":                    {"\n \t\r\n", nil},
		"one a line":                     {"{\"a\":1}\n{\"a\":2}\n", []string{`{"a":1}`, `{"a":2}`}},
		"no line end at the end":         {`{"a":1}`, []string{`{"a":1}`}},
		"back to back":                   {`{"a":1}{"a":2} {"a":3}`, []string{`{"a":1}`, `{"a":2}`, `{"a":3}`}},
		"carriage returns, blank lines":  {"{\"a\":1}\r\n\r\n{\"a\":2}\r\n", []string{`{"a":1}`, `{"a":2}`}},
		"byte-order mark":                {"\ufeff{\"a\":1}\n", []string{`{"a":1}`}},
		"key order, numbers and spacing": {`{"b": 1e400, "a":12345678901234567890.0 ,"a":null}`, []string{`{"b": 1e400, "a":12345678901234567890.0 ,"a":null}`}},
		"escapes as written":             {`{"a":"\u00e9\/\ud800 é"}`, []string{`{"a":"\u00e9\/\ud800 é"}`}},
		"pretty printed":                 {"{\n  \"a\": [1.50,\r\n 2],\n  \"b\": \"x  y\"\n}\n{}", []string{`{"a":[1.50,2],"b":"x  y"}`, `{}`}},
		"line separators in text":        {"{\"a\":\"\u2028\u2029\"}", []string{"{\"a\":\"\u2028\u2029\"}"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				rows, err := readAll(jsonl.NewReader(r, "x"))
				if err != nil || !slices.Equal(rows, c.want) {
					t.Errorf("got %q, %v, want %q", rows, err, c.want)
				}
			}
		})
	}
}

func TestReaderNamesThePlaceOfAMistake(t *testing.T) {
	good := `{"a":1}` + "\n"
	for name, c := range map[string]struct {
		text, want string
	}{
		"torn in the middle":   {good + `{"a":"b` + "\n" + good, `x.jsonl:2: byte 15 of the file: the line ends inside a string: the row is torn, or a line end in its text is not written as \n`},
		"torn at the end":      {good + `{"a":`, `x.jsonl:2: byte 13 of the file: the text ends inside a row; the file may be cut off`},
		"not JSON":             {good + "oops", `x.jsonl:2: byte 8 of the file: found 'o', want a JSON object`},
		"after a row":          {`{"a":1},` + good, `x.jsonl:1: byte 7 of the file: found ',', want a JSON object`},
		"a list of rows":       {"[" + good + "]", `x.jsonl:1: byte 0 of the file: found '[', want a JSON object; a list is not rows: write its objects one a line`},
		"a number":             {good + "7", `x.jsonl:2: byte 8 of the file: found '7', want a JSON object`},
		"comma at the end":     {"{\n\"a\":1,\n}", `x.jsonl:3: byte 9 of the file: found '}', want a field name in quotes`},
		"missing colon":        {`{"a" 1}`, `x.jsonl:1: byte 5 of the file: found '1', want ':'`},
		"missing comma":        {`{"a":[1 2]}`, `x.jsonl:1: byte 8 of the file: found '2', want ',' or ']'`},
		"not a literal":        {`{"a":nul}`, `x.jsonl:1: byte 8 of the file: found '}', want null`},
		"number with zero":     {`{"a":01}`, `x.jsonl:1: byte 6 of the file: found '1', want ',' or '}'`},
		"number without digit": {`{"a":1.}`, `x.jsonl:1: byte 7 of the file: found '}', want a digit`},
		"not a value":          {`{"a":NaN}`, `x.jsonl:1: byte 5 of the file: found 'N', want a value`},
		"escape":               {`{"a":"\x"}`, `x.jsonl:1: byte 7 of the file: found 'x', want one of "\/bfnrtu after a backslash`},
		"unicode escape":       {`{"a":"\u12g4"}`, `x.jsonl:1: byte 10 of the file: found 'g', want four hexadecimal digits`},
		"tab in text":          {"{\"a\":\"\t\"}", `x.jsonl:1: byte 6 of the file: found U+0009, want the rest of a string, with control characters escaped`},
		"Latin-1":              {good + "{\"a\":\"caf\xe9\"}", `x.jsonl:2: byte 17 of the file: byte 0xe9 is not UTF-8; convert the text first, for example: iconv -f LATIN1 -t UTF-8 FILE > NEW`},
		"UTF-16 with mark":     {"\xff\xfe{\x00", `x.jsonl:1: byte 0 of the file: this is not UTF-8 text; it looks like UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW`},
		"UTF-16 without mark":  {"\x00{\x00\"\x00a\x00\"", `x.jsonl:1: byte 0 of the file: this is not UTF-8 text; it looks like UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW`},
		"UTF-16, other order":  {"{\x00\"\x00a\x00", `x.jsonl:1: byte 0 of the file: this is not UTF-8 text; it looks like UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW`},
		"NUL at the start":     {"\x00{}", `x.jsonl:1: byte 0 of the file: found a NUL byte, want a JSON object; the file may be damaged there; fetch or write it again`},
		"NUL between rows":     {good + "\x00{\x00}", `x.jsonl:2: byte 8 of the file: found a NUL byte, want a JSON object; the file may be damaged there; fetch or write it again`},
		"NUL in a text":        {"{\"\x00a\":1}", `x.jsonl:1: byte 2 of the file: found a NUL byte, want the rest of a string, with control characters escaped; the file may be damaged there; fetch or write it again`},
		"gzip":                 {"\x1f\x8b\x08", `x.jsonl:1: byte 0 of the file: this is not UTF-8 text; it is compressed with gzip; unpack it first: gunzip`},
		"Parquet":              {"PAR1\x15\x04", `x.jsonl:1: byte 0 of the file: this is not UTF-8 text; it is a Parquet file, not JSON lines`},
	} {
		t.Run(name, func(t *testing.T) {
			r := jsonl.NewReader(iotest.OneByteReader(strings.NewReader(c.text)), "x.jsonl")
			_, err := readAll(r)
			var syntax *jsonl.SyntaxError
			if !errors.As(err, &syntax) || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if _, again := r.Next(); again != err {
				t.Errorf("next call: %v, want the same error", again)
			}
		})
	}
}

func TestReaderTellsWhereRowsStart(t *testing.T) {
	r := jsonl.NewReader(strings.NewReader("\ufeff\n{\"a\":\n1} {}\n\n  {}"), "x")
	var got []int
	for {
		if _, err := r.Next(); err != nil {
			break
		}
		got = append(got, r.Line())
	}
	want := []int{2, 3, 5}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestReaderPlacesCountAcrossBuffers(t *testing.T) {
	text := strings.Repeat(`{"a":"`+strings.Repeat("x", 1000)+"\"}\n", 5000) + "oops"
	_, err := readAll(jsonl.NewReader(strings.NewReader(text), "x"))
	var syntax *jsonl.SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 5001 || syntax.Offset != int64(len(text)-4) {
		t.Errorf("got %v, want line 5001, byte %d", err, len(text)-4)
	}
}

func TestReaderLimitsTheSizeOfARow(t *testing.T) {
	for _, size := range []int{100, 1 << 20} {
		row := `{"a":"` + strings.Repeat("x", size-8) + `"}`
		for limit, fits := range map[int]bool{size: true, size - 1: false} {
			r := jsonl.NewReader(strings.NewReader("{}\n"+row+"\n{}"), "x")
			r.SetLimit(limit)
			rows, err := readAll(r)
			if fits && (err != nil || len(rows) != 3) {
				t.Errorf("row of %d bytes, limit %d: got %d rows, %v", size, limit, len(rows), err)
			}
			if want := fmt.Sprintf("x:2: byte 3 of the file: the row is longer than the limit of %d bytes; a quote or bracket that is not closed makes one row of all that follows; else drop the row", limit); !fits && fmt.Sprint(err) != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
	}
}

// endless is a torn row that never ends. It counts what is asked of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	if e.read == 0 {
		p[0] = '{'
	}
	e.read += len(p)
	return len(p), nil
}

func TestReaderStopsReadingAtTheLimit(t *testing.T) {
	src := &endless{}
	r := jsonl.NewReader(src, "x")
	r.SetLimit(1 << 20)
	if _, err := r.Next(); err == nil || src.read > 4<<20 {
		t.Errorf("read %d bytes for a limit of %d, error %v", src.read, 1<<20, err)
	}
}

func TestReaderLimitsNesting(t *testing.T) {
	nested := func(depth int) string {
		return `{"a":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + "}"
	}
	if _, err := readAll(jsonl.NewReader(strings.NewReader(nested(10_000)), "x")); err != nil {
		t.Error(err)
	}
	_, err := readAll(jsonl.NewReader(strings.NewReader(nested(10_001)), "x"))
	if err == nil || !strings.Contains(err.Error(), "nested deeper than 10,000 levels") {
		t.Errorf("got %v", err)
	}
	siblings := `{"a":[` + strings.Repeat(`{"b":[]},`, 20_000) + `{}]}`
	if _, err := readAll(jsonl.NewReader(strings.NewReader(siblings), "x")); err != nil {
		t.Errorf("many lists side by side: %v", err)
	}
}

func TestReaderPassesOnReadErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, text := range []string{"", "{}\n", "{}\n{\"a\":"} {
		src := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
		rows, err := readAll(jsonl.NewReader(src, "x"))
		if !errors.Is(err, broken) || len(rows) != strings.Count(text, "{}") {
			t.Errorf("after %q: rows %q, error %v", text, rows, err)
		}
	}
}

func TestReaderReturnsRealRowsUnchanged(t *testing.T) {
	text := testRows(t)
	rows, err := readAll(jsonl.NewReader(bytes.NewReader(text), "rows.jsonl"))
	if err != nil || strings.Join(rows, "\n")+"\n" != string(text) {
		t.Errorf("%d rows, error %v: not the bytes of the file", len(rows), err)
	}
}

func testRows(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/rows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// oracle reads a text with encoding/json, under the rules of Reader.
func oracle(text []byte) (rows []string, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	for {
		var row json.RawMessage
		if err := dec.Decode(&row); err == io.EOF {
			return rows, true
		} else if err != nil || row[0] != '{' || !utf8.Valid(row) {
			return rows, false
		}
		if bytes.ContainsAny(row, "\r\n") {
			var line bytes.Buffer
			json.Compact(&line, row)
			row = line.Bytes()
		}
		rows = append(rows, string(row))
	}
}

func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "{}{}\n[]", "{\"a\":[1,-2.5e+3,true,false,null,\"\\u00e9\\ud83d\\ude00\"]}\n", "{\"a\":\n{\"b\":0}}",
		"{\"a\":01}", "{\"a\":1e}", "\ufeff{}", "{} \ufeff", "{\"a\":\"\xff\"}", "{\"12345678\":\"12345678\\\"\"}", "1", "{\"a\":\"\x1f\"}",
		"{}\r{}\r\n\n\r{}", "{\"a\":1}\n{\"a\":", "{\"a\":\"\\ud800\\ud800\"}", "{\"a\":\"x\x00\"}", "{}\x00", "{}\n\ufeff{}", "{\"a\":\"\u2028\"}", "{\"\":{\"\":[[],{}]}}\n{,}",
		"{\"a\":" + strings.Repeat("[", 9_998) + strings.Repeat("]", 9_998) + "}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":-}", "{\"a\":1.}", "{\"a\":tru}", "{\"a\":1,}", "{\"\\u0061\":1,\"a\":2}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.IndexByte(text[:min(4, len(text))], 0) >= 0 {
			return // refused as UTF-16 before its first row, unlike by the oracle
		}
		rows, err := readAll(jsonl.NewReader(iotest.HalfReader(bytes.NewReader(text)), "x"))
		want, ok := oracle(text)
		if ok != (err == nil) || !slices.Equal(rows, want) {
			t.Errorf("got %q, %v\nwant %q, %v", rows, err, want, ok)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	text := bytes.Repeat(testRows(b), 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := countRows(jsonl.NewReader(bytes.NewReader(text), "x")); err != nil {
			b.Fatal(err)
		}
	}
}

func countRows(r *jsonl.Reader) (n int, err error) {
	for {
		if _, err := r.Next(); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
		n++
	}
}
