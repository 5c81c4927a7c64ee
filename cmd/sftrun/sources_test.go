package main_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sftrun.local/runner/outside/webtest"
	"sftrun.local/runner/store/blob/blobtest"
)

// A place is a service on this machine that has the quickstart's shards, under v1/.
type place struct {
	name   string
	server http.Handler
	put    func(name string, data []byte) // writes a shard, or writes it anew
	from   string                         // as the pipeline has it; HOST stands for where the service is
	env    func(url string) []string
}

func places(t *testing.T) []place {
	t.Helper()
	s3, gs, files := &blobtest.S3{}, &blobtest.GCS{}, &webtest.Files{NoETag: true}
	s3.Bucket, gs.Bucket, s3.PageSize, gs.PageSize = "traces", "traces", 2, 2
	var writes atomic.Int64
	all := []place{{
		name: "s3", server: s3, from: `"s3://traces/v1/train-*"`,
		put: func(name string, data []byte) { s3.Set("v1/"+name, data) },
		env: func(url string) []string {
			return []string{"AWS_ENDPOINT_URL=" + url, "AWS_ACCESS_KEY_ID=" + blobtest.Key, "AWS_SECRET_ACCESS_KEY=verysecret", "AWS_EC2_METADATA_DISABLED=true"}
		},
	}, {
		name: "gs", server: gs, from: `"gs://traces/**/train-*"`,
		put: func(name string, data []byte) { gs.Set("train-"+strings.TrimPrefix(name, "train-"), data) },
		env: func(url string) []string { return []string{"STORAGE_EMULATOR_HOST=" + url} },
	}, {
		name: "https", server: files,
		put: func(name string, data []byte) {
			files.Set("/v1/"+name, data, time.Date(2026, 1, 1, 0, 0, int(writes.Add(1)), 0, time.UTC))
		},
		env: func(string) []string { return nil },
	}}
	shards, err := os.ReadDir("../../examples/quickstart/data")
	if err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for _, s := range shards {
		if !strings.HasPrefix(s.Name(), "train-") {
			continue
		}
		data, err := os.ReadFile(filepath.Join("../../examples/quickstart/data", s.Name()))
		if err != nil {
			t.Fatal(err)
		}
		addresses = append(addresses, `"HOST/v1/`+s.Name()+`"`)
		for _, p := range all {
			p.put(s.Name(), data)
		}
	}
	all[2].from = "[" + strings.Join(addresses, ", ") + "]"
	return all
}

// at starts a quickstart whose shards lie at the place.
func (at place) project(t *testing.T, server http.Handler) *project {
	t.Helper()
	service := httptest.NewServer(server)
	t.Cleanup(service.Close)
	p := quickstart(t)
	p.env = at.env(service.URL)
	p.edit(`"data/train-*"`, strings.ReplaceAll(at.from, "HOST", service.URL))
	if err := os.RemoveAll(filepath.Join(p.dir, "data")); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRowsAreTheSameWhereverTheirFilesLie(t *testing.T) {
	local := quickstart(t)
	local.mustApply("--target", "stratify")
	for _, at := range places(t) {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			faulty := &webtest.Faulty{Server: at.server, Rate: 0.2, Seed: 11}
			p := at.project(t, faulty)
			p.mustApply("--target", "stratify")
			if d := cmp.Diff(local.outputs(), p.outputs()); d != "" {
				t.Errorf("another output than from files of this machine: %s", d)
			}
			if faulty.Faults() == 0 {
				t.Error("nothing went wrong")
			}
			if out, code := p.run("plan", "--target", "stratify", "--detailed-exitcode"); code != 0 {
				t.Errorf("the plan after the apply is not empty:\n%s", out)
			}
			p.keepsTheSecret("verysecret")
		})
	}
}

// keepsTheSecret looks for a secret in all files of the project but the pipeline.
func (p *project) keepsTheSecret(secret string) {
	p.t.Helper()
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "pipeline.cue" {
			return err
		}
		if data, err := os.ReadFile(path); err != nil || strings.Contains(string(data), secret) {
			p.t.Errorf("%s holds the secret, or cannot be read: %v", path, err)
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// counted counts the bytes of answers by what was asked for.
type counted struct {
	http.Handler
	mu    sync.Mutex
	bytes map[string]int
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.Handler.ServeHTTP(counting{w, c, r.URL.Path}, r)
}

type counting struct {
	http.ResponseWriter
	c    *counted
	path string
}

func (w counting) Write(p []byte) (int, error) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	if strings.Contains(w.path, "train-") {
		w.c.bytes[w.path] += len(p)
	}
	return w.ResponseWriter.Write(p)
}

// takeBytes tells what came since it was asked last.
func (c *counted) takeBytes() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.bytes
	c.bytes = map[string]int{}
	return was
}

func TestOneMoreShardReadsTheBytesOfOneShard(t *testing.T) {
	for _, at := range places(t) {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			server := &counted{Handler: at.server, bytes: map[string]int{}}
			p := at.project(t, server)
			p.edit("shards:       4", "shards:       3")
			p.mustApply("--target", "filter")
			if n := server.takeBytes(); len(n) < 3 {
				t.Errorf("three shards came as %v", n)
			}
			p.edit("shards:       3", "shards:       4")
			actions, _ := p.executed("--target", "filter")
			if d := cmp.Diff(map[string]int{"sample": 1, "filter": 1}, actions); d != "" {
				t.Errorf("actions executed: %s", d)
			}
			read := 0
			for path, n := range server.takeBytes() {
				if n > 2000 { // more than what tells that it is there
					read++
				}
				t.Log(path, n)
			}
			if read != 1 {
				t.Errorf("%d shards were read", read)
			}
		})
	}
}

// changing writes an object anew as soon as its bytes are asked for.
type changing struct {
	http.Handler
	once   sync.Once
	change func()
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if asked := r.Header.Get("Range"); asked != "" && asked != "bytes=0-0" && strings.Contains(r.URL.Path, "00001") {
		c.once.Do(c.change)
	}
	c.Handler.ServeHTTP(w, r)
}

func TestOfAShardThatChangesWhileItIsReadNothingIsMade(t *testing.T) {
	const shard = "train-00001-of-00004.jsonl"
	data, err := os.ReadFile("../../examples/quickstart/data/" + shard)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range places(t) {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			p := at.project(t, &changing{Handler: at.server, change: func() { at.put(shard, data[:len(data)-1]) }})
			e := p.finish(p.command("apply", "--yes", "--target", "sample"))
			if e.code != 1 || !strings.Contains(e.complaint, shard+" changed while it was being read: nothing was made of it.  Run apply again") {
				t.Errorf("exit code %d: %s", e.code, e.complaint)
			}
			if _, err := os.Stat(filepath.Join(p.dir, "output", "raw_sample.jsonl")); err == nil {
				t.Error("something was published")
			}
			p.mustApply("--target", "sample")
		})
	}
}

func TestWhatIsWrongWithABucketIsToldBeforeWorkBegins(t *testing.T) {
	for name, c := range map[string]struct {
		from string
		env  []string
		want string
	}{
		"bucket":  {from: "s3://trces/v1/*", want: `there is no bucket "trces"`},
		"objects": {from: "s3://traces/v2/*", want: `no object matches "s3://traces/v2/*"; looked in s3://traces/v2/`},
		"no keys": {from: "s3://traces/v1/*", env: []string{"AWS_ACCESS_KEY_ID="}, want: "strangers may not read it, and no AWS keys were found"},
		"region":  {from: "s3://traces/v1/*", env: []string{"AWS_REGION=eu-west-3"}, want: ""},
		"signed":  {from: "https://127.0.0.1/a.jsonl?X-Amz-Signature=verysecret", want: "https://127.0.0.1/a.jsonl?…: the query of the address holds what looks like a key"},
		"http":    {from: "http://example.com/a.jsonl", want: "is not encrypted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := places(t)[0]
			p := at.project(t, at.server)
			p.edit(strings.Trim(at.from, `"`), c.from)
			p.env = append(p.env, c.env...)
			for _, args := range [][]string{{"validate"}, {"plan"}, {"plan", "-o", "saved.plan"}, {"apply", "--yes", "--target", "sample"}} {
				e := p.finish(p.command(args...))
				if args[0] != "validate" && (c.want == "") != (e.code == 0) || c.want != "" && args[0] != "validate" && !strings.Contains(e.complaint, c.want) {
					t.Errorf("%v: exit code %d: %s", args, e.code, e.complaint)
				}
				if strings.Contains(e.complaint+e.out, "verysecret") {
					t.Errorf("%v tells a secret: %s%s", args, e.out, e.complaint)
				}
				if args[0] == "plan" {
					t.Log(e.out, e.complaint)
				}
			}
			p.keepsTheSecret("verysecret")
		})
	}
}

func TestAShardThatIsWrittenAnewWithTheSameBytesChangesNothingElse(t *testing.T) {
	const shard = "train-00001-of-00004.jsonl"
	data, err := os.ReadFile("../../examples/quickstart/data/" + shard)
	if err != nil {
		t.Fatal(err)
	}
	again := map[string]map[string]int{"https": {"sample": 1}} // a web server that has nothing but times
	for _, at := range places(t) {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			p := at.project(t, at.server)
			p.mustApply("--target", "stratify")
			at.put(shard, data)
			t.Log(p.reasons("--target", "stratify"))
			actions, _ := p.executed("--target", "stratify")
			if d := cmp.Diff(again[at.name], actions, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("actions executed: %s", d)
			}
			at.put(shard, data[:strings.LastIndex(strings.TrimSuffix(string(data), "\n"), "\n")+1])
			if why := p.reasons("--target", "stratify")["sample"]; !strings.Contains(why, shard) {
				t.Errorf("a row less: %q", why)
			}
		})
	}
}
