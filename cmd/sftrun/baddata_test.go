package main_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// badData is what may come as data, and what the user is told: one error that names the file and what to do, or a row
// that goes on with what was done about it counted.
var badData = []struct {
	name  string
	files map[string]string // under data/
	code  int
	says  []string // in what is printed
}{
	{"a Parquet file that is cut off", map[string]string{"train-0.parquet": "=parquet:60000"}, 1,
		[]string{"data/train-0.parquet: the Parquet file is damaged", "fetch or write it again"}},
	{"a text called Parquet", map[string]string{"train-0.parquet": "hello, world"}, 1,
		[]string{"data/train-0.parquet: the name says Parquet, but the file (12 bytes) starts like JSON lines"}},
	{"a last line that is torn", map[string]string{"train-0.jsonl": "=jsonl:30000"}, 1,
		[]string{"data/train-0.jsonl:9: byte 30000", "the text ends inside a row"}},
	{"gzip that is cut off", map[string]string{"train-0.jsonl.gz": "=gz:5000"}, 1,
		[]string{"data/train-0.jsonl.gz", "cut off"}},
	{"no messages", map[string]string{"train-0.jsonl": `{"id":"a","text":"x"}` + "\n"}, 1,
		[]string{"data/train-0.jsonl:1: the row needs a list messages of {role, content}, it has id, text"}},
	{"bytes that are not UTF-8", map[string]string{"train-0.jsonl": "{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"\xff bad\"}]}\n"}, 1,
		[]string{"data/train-0.jsonl:1: byte 48", "byte 0xff is not UTF-8", "iconv"}},
	{"UTF-16", map[string]string{"train-0.jsonl": "\xff\xfe{\x00\"\x00"}, 1,
		[]string{"data/train-0.jsonl:1", "UTF-16", "iconv -f UTF-16"}},
	{"UTF-32", map[string]string{"train-0.jsonl": "{\x00\x00\x00\"\x00\x00\x00i\x00\x00\x00d\x00\x00\x00"}, 1,
		[]string{"data/train-0.jsonl:1", "UTF-32", "iconv -f UTF-32"}},
	{"files joined, each with its mark of byte order", map[string]string{"train-0.jsonl": "\ufeff{\"messages\":[]}\n\ufeff{\"messages\":[]}\n"}, 1,
		[]string{"data/train-0.jsonl:2", "found U+FEFF", "byte-order mark", "sed"}},
	{"a NUL byte in a text", map[string]string{"train-0.jsonl": "{\"id\":\"a\x00b\",\"messages\":[]}\n"}, 1,
		[]string{"data/train-0.jsonl:1: byte 8", "a NUL byte", "fetch or write it again"}},
	{"a list of rows", map[string]string{"train-0.json": "[{\"messages\":[]}]"}, 1,
		[]string{"data/train-0.json:1: byte 0", "write its objects one a line"}},
	{"a row that is null", map[string]string{"train-0.jsonl": "{\"messages\":[]}\nnull\n"}, 1,
		[]string{"data/train-0.jsonl:2: byte 16", "found 'n', want a JSON object"}},
	{"nesting of 10,001 levels", map[string]string{"train-0.jsonl": `{"messages":[],"x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}"}, 1,
		[]string{"data/train-0.jsonl:1: byte 10019", "nested deeper than 10,000 levels", "flatten"}},
	{"Parquet called JSON lines", map[string]string{"train-0.jsonl": "=parquet:60000"}, 1,
		[]string{"data/train-0.jsonl: the name says JSON lines, but the file (60000 bytes) starts like Parquet"}},
	{"zstd that is cut off", map[string]string{"train-0.jsonl.zst": "=zst:5000"}, 1,
		[]string{"data/train-0.jsonl.zst", "cut off"}},
	{"a folder in the place of a file", map[string]string{"train-0.jsonl/x": ""}, 1,
		[]string{`no file matches "data/train-*"; data/train-0.jsonl does, but it is a folder`}},
	{"only blank lines", map[string]string{"train-0.jsonl": "\n \r\n\t\n"}, 0,
		[]string{"sample      done   0 out"}},
	{"lone carriage returns, no line end at the end", map[string]string{"train-0.jsonl": "{\"messages\":[]}\r{\"messages\":[]}\r\n{\"messages\":\n[]}"}, 0,
		[]string{"sample      done   3 out"}},
	{"messages that are none", map[string]string{"train-0.jsonl": `{"messages":[null]}{"messages":["a"]}{"messages":[[]]}{"messages":[{}]}{"messages":[{"role":7,"content":null}]}`}, 0,
		[]string{"sample      done   5 out", "3 invalid messages", "2 without think block"}},
	{"ids of all types", map[string]string{"train-0.jsonl": `{"id":null,"messages":[]}{"id":7,"messages":[]}{"id":{},"messages":[]}{"id":"","messages":[]}{"id":"` +
		strings.Repeat("x", 1<<20) + `","messages":[]}`}, 0,
		[]string{"sample      done   5 out"}},
	{"think tags that make no block", map[string]string{"train-0.jsonl": thinks("</think>a<think>", "<think>a", "<think x='1'>a</think>", "< think>a</think>")}, 0,
		[]string{"4 without think block"}},
	{"100,000 think blocks in a row", map[string]string{"train-0.jsonl": thinks(strings.Repeat("<THINK>a</think>", 100_000))}, 0,
		[]string{"1 several think blocks"}},
	{"numbers that no machine word holds", map[string]string{"train-0.jsonl": `{"messages":[],"a":1e400,"b":-0,"c":12345678901234567890,"a":"\ud800"}`}, 0,
		[]string{"sample      done   1 out"}},
	{"an unknown format", map[string]string{"train-0.csv": "id,messages\n"}, 1,
		[]string{"data/train-0.csv: no format that is known; rows are read from .parquet, .jsonl, .jsonl.gz and .jsonl.zst"}},
	{"no file", nil, 1,
		[]string{`steps.sample.from: no file matches "data/train-*"`, "pipeline.cue:"}},
	{"an empty file", map[string]string{"train-0.jsonl": ""}, 0,
		[]string{"sample      done   0 out", "validate    done   0 out"}},
	{"several objects on a line", map[string]string{"train-0.jsonl": "=joined"}, 0,
		[]string{"sample      done   3 out"}},
	{"a mark of byte order and other line ends", map[string]string{"train-0.jsonl": "=windows"}, 0,
		[]string{"sample      done   3 out"}},
	{"ids missing and repeated", map[string]string{"train-0.jsonl": strings.Repeat(`{"messages":[]}`+"\n"+`{"id":"a","messages":[]}`+"\n", 2)}, 0,
		[]string{"sample      done   4 out", "4 without think block"}},
}

func TestBadDataIsToldOnceAndWithThePlace(t *testing.T) {
	for _, test := range badData {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := quickstart(t)
			real := filepath.Join(p.dir, "data")
			whole := map[string][]byte{}
			for name, file := range map[string]string{"=parquet": "train-00000-of-00004.parquet", "=jsonl": "train-00001-of-00004.jsonl", "=gz": "train-00002-of-00004.jsonl.gz", "=zst": "train-00003-of-00004.jsonl.zst"} {
				data, err := os.ReadFile(filepath.Join(real, file))
				if err != nil {
					t.Fatal(err)
				}
				whole[name] = data
			}
			os.RemoveAll(real)
			os.Mkdir(real, 0o755)
			for name, content := range test.files {
				p.write("data/"+name, expand(content, whole))
			}
			p.edit("target: 150", `target: 150, shortfall: "allow"`)
			cmd := p.command("apply", "--yes")
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			cmd.Run()
			if code := cmd.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.says {
				if !strings.Contains(said.String(), want) {
					t.Errorf("it does not say %q:\n%s", want, said.String())
				}
			}
			if left, _ := filepath.Glob(filepath.Join(p.dir, "output", ".*")); len(left) > 0 {
				t.Errorf("half-written files: %v", left)
			}
		})
	}
}

// thinks makes a row of each answer.
func thinks(answers ...string) string {
	var rows strings.Builder
	for _, a := range answers {
		rows.WriteString(`{"messages":[{"role":"assistant","content":"` + a + `"}]}` + "\n")
	}
	return rows.String()
}

// expand makes the content of a file: "=jsonl:100" is the first 100 bytes of the quickstart's shard of that format.
func expand(content string, whole map[string][]byte) string {
	three := func(between string) string {
		return strings.Join(strings.SplitN(string(whole["=jsonl"]), "\n", 4)[:3], between)
	}
	switch content {
	case "=joined":
		return three("")
	case "=windows":
		return "\ufeff" + three("\r\n") + "\r\n"
	}
	name, length, cut := strings.Cut(content, ":")
	if data, ok := whole[name]; ok && cut {
		n := 0
		for _, digit := range length {
			n = 10*n + int(digit-'0')
		}
		return string(data[:n])
	}
	return content
}

func TestOutputInTheWayIsToldBeforeAnyWork(t *testing.T) {
	p := quickstart(t)
	p.write("output", "a file where the folder should be")
	cmd := p.command("apply", "--yes")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Run()
	want := "output is a file, where sftrun keeps a folder.  Move it away, or name another folder with --output\n"
	if code := cmd.ProcessState.ExitCode(); code != 1 || said.String() != want {
		t.Errorf("exit code %d:\n%s", code, said.String())
	}
	if p.read("output") != "a file where the folder should be" {
		t.Error("the file in the way is lost")
	}
	p.mustApply("--output", "elsewhere")
}

// A file that grows, shrinks or vanishes while it is read: the apply says so or takes it as it was at one moment, and
// once it stays as it is the next apply makes of it what is made of it anywhere.
func TestFilesThatChangeWhileTheyAreRead(t *testing.T) {
	if testing.Short() {
		t.Skip("applies many times")
	}
	row := `{"id":"a","messages":[{"role":"user","content":"` + strings.Repeat("x", 1000) + `"}]}` + "\n"
	for name, change := range map[string]func(path string) error{
		"grows": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString(row)
			return err
		},
		"shrinks":  func(path string) error { return os.Truncate(path, 100) },
		"vanishes": os.Remove,
	} {
		p := quickstart(t)
		p.edit("data/train-*", "moving/*", "target: 150", `target: 150, shortfall: "allow"`)
		path := filepath.Join(p.dir, "moving", "rows.jsonl")
		for range 4 {
			p.write("moving/rows.jsonl", strings.Repeat(row, 10_000))
			stop, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				for i := 0; i < 3000; i++ {
					select {
					case <-stop:
						return
					case <-time.After(time.Millisecond):
					}
					if i > 20 {
						change(path)
					}
				}
			}()
			cmd := p.command("apply", "--yes")
			said, _ := cmd.CombinedOutput()
			close(stop)
			<-done
			if code := cmd.ProcessState.ExitCode(); code > 1 || bytes.Contains(said, []byte("goroutine ")) || code == 1 && !bytes.Contains(said, []byte("moving")) {
				t.Errorf("%s: exit code %d:\n%s", name, code, said)
			}
		}
		p.write("moving/rows.jsonl", strings.Repeat(row, 7))
		if said, err := p.command("apply", "--yes").CombinedOutput(); err != nil || !bytes.Contains(said, []byte("7 out")) {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
}
