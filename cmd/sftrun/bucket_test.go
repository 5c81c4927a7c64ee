//go:build unix

package main_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sftrun.local/runner/store/blob/blobtest"
)

// A wire is a service of S3 that counts what it is asked, and can be told to refuse it.
type wire struct {
	*away
	mu     sync.Mutex
	asked  map[string]int // by kind of request
	refuse func(r *http.Request) (status int, code string)
}

// answer makes the service refuse what refuse says; status 0 stands for no refusal.
func (w *wire) answer(refuse func(r *http.Request) (status int, code string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = refuse
}

// s3Wire starts a service in this process.
func s3Wire(t *testing.T) *wire {
	t.Helper()
	w := &wire{away: &away{bucket: "tests", root: os.TempDir()}, asked: map[string]int{}}
	service := &blobtest.S3{Shelf: blobtest.Shelf{Bucket: w.bucket, Dir: w.root}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked[kindOf(r)]++
		refuse := w.refuse
		w.mu.Unlock()
		if refuse != nil {
			if status, code := refuse(r); status != 0 {
				rw.Header().Set("Content-Type", "application/xml")
				rw.WriteHeader(status)
				fmt.Fprintf(rw, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
				return
			}
		}
		service.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	w.endpoint = server.URL
	return w
}

func kindOf(r *http.Request) string {
	switch {
	case r.URL.Query().Has("list-type"):
		return "list"
	case r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/objects/"):
		return "data"
	case r.Method == http.MethodGet:
		return "record"
	}
	return strings.ToLower(r.Method)
}

// during counts the requests that f makes.
func (w *wire) during(f func()) map[string]int {
	w.mu.Lock()
	clear(w.asked)
	w.mu.Unlock()
	f()
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.asked)
}

// onWire is a project as init lays it out, with a store on a service.
func onWire(t *testing.T, w *wire) *project {
	t.Helper()
	p := initial(t)
	p.away = w.away
	return p
}

// Two machines have a pipeline and a bucket in common, and nothing else. What the one has made and paid for the other
// finds: it publishes the same files, executes nothing and asks nothing.
func TestAnotherMachineWithTheSameBucketMakesNothingAgain(t *testing.T) {
	here := quickstart(t)
	here.away = emulator(t)
	here.mustApply()
	there := quickstart(t)
	there.away = here.away
	there.env = []string{"SFTRUN_STORE=" + here.storeAt(filepath.Join(here.dir, ".sftrun/store"))}
	if e := there.finish(there.command("plan")); e.code != 0 || strings.Count(e.out, "  cached ") != 5 {
		t.Errorf("its plan: %s%s", e.out, e.complaint)
	}
	actions, asked := there.executed()
	if len(actions) > 0 || len(asked) > 0 || !maps.Equal(here.outputs(), there.outputs()) {
		t.Errorf("it executed %v and asked %v", actions, asked)
	}
	there.edit("target: 150", "target: 160")
	actions, asked = there.executed()
	if actions["transform"] != 1 || asked["transform"] == 0 || asked["transform"] > 20 {
		t.Errorf("after an edit it executed %v and asked %v", actions, asked)
	}
	if e := there.finish(there.command("status")); e.code != 0 || !strings.Contains(e.out, "run 1") || !strings.Contains(e.out, "run 2") {
		t.Errorf("its status: %s%s", e.out, e.complaint)
	}
	removeAll(here, ".sftrun/ledger.sqlite") // all that a machine remembers can be had from the bucket
	here.edit("target: 150", "target: 160")
	if _, asked := here.executed(); len(asked) > 0 || !maps.Equal(here.outputs(), there.outputs()) {
		t.Errorf("the first machine asked again: %v", asked)
	}
}

// An apply is under way. Another machine that applies the same pipeline on the same bucket is told who does, and does
// nothing; who reads is told it too, and works; and nobody deletes meanwhile. When the process is killed, its own
// machine goes on at once.
func TestOneMachineAppliesAPipelineOnABucket(t *testing.T) {
	w := s3Wire(t)
	here := onWire(t, w)
	first := here.command("apply", "--yes")
	started, held := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.answer(func(r *http.Request) (int, string) { // it stands still at its first object
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/objects/") {
			once.Do(func() {
				<-started
				first.Process.Signal(syscall.SIGSTOP)
				close(held)
			})
		}
		return 0, ""
	})
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	defer first.Process.Kill()
	close(started)
	<-held
	store := "SFTRUN_STORE=" + here.storeAt(filepath.Join(here.dir, ".sftrun/store"))
	there := onWire(t, w)
	there.env = []string{store}
	who := fmt.Sprintf("process %d on ", first.Process.Pid)
	e := there.finish(there.command("apply", "--yes"))
	if e.code != 1 || !strings.HasPrefix(e.complaint, who) || !strings.Contains(e.complaint, "is applying a pipeline named my-traces with the store s3://") {
		t.Errorf("an apply elsewhere: exit code %d: %s", e.code, e.complaint)
	}
	for _, command := range []string{"plan", "status"} {
		if e := there.finish(there.command(command)); e.code != 0 || !strings.Contains(e.out, who) || !strings.Contains(e.out, "has been applying since") {
			t.Errorf("%s meanwhile: exit code %d: %s%s", command, e.code, e.out, e.complaint)
		}
	}
	for _, args := range [][]string{{"gc", "--delete"}, {"verify", "--discard"}} {
		if e := there.finish(there.command(args...)); e.code != 1 || !strings.HasPrefix(e.complaint, who) || !strings.Contains(e.complaint, "Nothing was deleted") {
			t.Errorf("%v meanwhile: exit code %d: %s%s", args, e.code, e.out, e.complaint)
		}
	}
	other := onWire(t, w)
	other.env = []string{store}
	other.edit(`name: "my-traces"`, `name: "others"`)
	other.mustApply() // of another name: it need not wait
	first.Process.Kill()
	first.Wait()
	e = there.finish(there.command("apply", "--yes"))
	if e.code != 1 || !strings.Contains(e.complaint, "If it is gone without a trace, the lease ends in ") {
		t.Errorf("an apply elsewhere after the kill: exit code %d: %s", e.code, e.complaint)
	}
	here.mustApply()
	if e := there.finish(there.command("status")); strings.Contains(e.out, "has been applying") {
		t.Errorf("status after the end: %s", e.out)
	}
	there.mustApply()
}

// What a plan of an unchanged pipeline asks of a bucket does not grow with its objects, and no data are among it.
func TestPlanOfABucketListsAndReadsNoData(t *testing.T) {
	w := s3Wire(t)
	p := quickstart(t)
	p.away = w.away
	p.mustApply()
	few := w.during(func() { p.run("plan") })
	if few["data"] > 0 || few["put"] > 0 || few["delete"] > 0 || few["record"] > 10 || few["head"] > 70 || few["list"] > 10 {
		t.Errorf("a plan asks %v", few)
	}
	many := manyParts(t, w)
	many.mustApply()
	asked := w.during(func() {
		if out, code := many.run("plan", "--detailed-exitcode"); code != 0 {
			t.Errorf("the plan is not empty: %s", out)
		}
	})
	t.Logf("of %d objects: %v", len(many.objects()), asked)
	if n := len(many.objects()); n < 300 || asked["data"] > 0 || asked["head"] > 60 || asked["list"] > 30 || asked["record"] > 10 {
		t.Errorf("a plan of %d objects asks %v", n, asked)
	}
}

// manyParts is a project of many small shards.
func manyParts(t *testing.T, w *wire) *project {
	p := onWire(t, w)
	for i := range 100 {
		text := ""
		for n := range 3 {
			text += fmt.Sprintf(`{"id":"%d-%d","messages":[{"role":"user","content":"Why %d?"},{"role":"assistant","content":"<think>%s</think>Because."}],"dataset_source":"s"}`+"\n",
				i, n, n, strings.Repeat(fmt.Sprintf("thought %d of %d. ", n, i), 60))
		}
		p.write(fmt.Sprintf("data/many-%03d.jsonl", i), text)
	}
	p.edit("sft.#Sample & {from:", "sft.#Sample & {shards: 1000, rowsPerShard: 10, from:")
	return p
}

// A store in a bucket that cannot be used is told of in one line, with what to do, before any work; and never with a key.
func TestBucketsThatCannotBeUsed(t *testing.T) {
	w := s3Wire(t)
	for _, c := range []struct {
		what   string
		refuse func(r *http.Request) (int, string)
		env    []string
		want   string
	}{
		{"wrong keys", nil, []string{"AWS_ACCESS_KEY_ID=AKIAWRONG"}, "does not accept the AWS keys (InvalidAccessKeyId); check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
		{"no keys", nil, []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_EC2_METADATA_DISABLED=true"}, "no valid AWS keys were found"},
		{"no such bucket", nil, []string{"SFTRUN_STORE=s3://absent/x?endpoint=" + w.endpoint}, `there is no bucket "absent"; make it, or correct its name`},
		{"no bucket named", nil, []string{"SFTRUN_STORE=s3://"}, "names no bucket; write s3://BUCKET/PREFIX"},
		{"another cloud", nil, []string{"SFTRUN_STORE=az://tests/x"}, "there is no store of the kind az://; it may be a folder, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX"},
		{"a clock that is wrong", always(403, "RequestTimeTooSkewed"), nil, "the clock of this machine is wrong by more than the service allows; set it"},
		{"a bucket that may only be read", func(r *http.Request) (int, string) {
			if r.Method == http.MethodPut || r.Method == http.MethodDelete {
				return 403, "AccessDenied"
			}
			return 0, ""
		}, nil, "the AWS keys do not give the right to this (AccessDenied); the store needs s3:ListBucket on the bucket"},
		{"a service that knows no conditions", func(r *http.Request) (int, string) {
			r.Header.Del("If-None-Match")
			return 0, ""
		}, nil, "it ignores the condition that an object be new, so that two machines could overwrite each other's work"},
	} {
		p := onWire(t, w)
		w.answer(c.refuse)
		p.env = append([]string{"AWS_SECRET_ACCESS_KEY=SECRET/SECRET"}, c.env...)
		e := p.finish(p.command("apply", "--yes"))
		if e.code != 1 || e.out != "" || strings.Count(e.complaint, "\n") != 1 || !strings.Contains(e.complaint, c.want) {
			t.Errorf("%s: exit code %d: %s%s", c.what, e.code, e.out, e.complaint)
		}
		if strings.Contains(e.complaint, "SECRET/") {
			t.Errorf("%s: a key is told: %s", c.what, e.complaint)
		}
		if left := p.published(); len(left) > 0 {
			t.Errorf("%s: published %v", c.what, left)
		}
	}
}

func always(status int, code string) func(*http.Request) (int, string) {
	return func(*http.Request) (int, string) { return status, code }
}

// A service that fails now and then, for seconds at a time, is waited for: the outcome is the same.
func TestOutagesOfSecondsAreWaitedOut(t *testing.T) {
	w := s3Wire(t)
	plain := onWire(t, w)
	plain.mustApply()
	p := onWire(t, w)
	n, down := 0, 0
	w.answer(func(r *http.Request) (int, string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if n++; n%25 == 0 {
			down = 3
		}
		if down--; down >= 0 {
			return 503, "SlowDown"
		}
		return 0, ""
	})
	e := p.finish(p.command("apply", "--yes"))
	if e.code != 0 || e.complaint != "" || !maps.Equal(plain.published(), p.published()) {
		t.Errorf("exit code %d: %s%s", e.code, e.out, e.complaint)
	}
	p.mustBeSound()
}

// Keys of a cloud may stand in .env, as other keys do. Those of the environment count before them.
func TestKeysOfACloudInDotenv(t *testing.T) {
	w := s3Wire(t)
	p := onWire(t, w)
	store := p.storeAt(filepath.Join(p.dir, ".sftrun/store"))
	p.away = nil
	p.write(".env", "SFTRUN_STORE="+strings.Replace(store, "?", "?region=us-east-1&", 1)+"\nAWS_ACCESS_KEY_ID=AKIATEST\nAWS_SECRET_ACCESS_KEY=SECRET/SECRET\n")
	p.mustApply()
	e := p.finish(p.command("settings", "-v"))
	if e.code != 0 || strings.Contains(e.out, "SECRET/") || !strings.Contains(e.out, "s3://tests/") {
		t.Errorf("settings: %s%s", e.out, e.complaint)
	}
	for name, text := range p.files() {
		if data, err := os.ReadFile(name); err == nil && filepath.Base(name) != ".env" && strings.Contains(string(data), "SECRET/") {
			t.Errorf("%s holds a key %s", name, text)
		}
	}
	p.env = []string{"AWS_ACCESS_KEY_ID=AKIAWRONG", "AWS_SECRET_ACCESS_KEY=x"}
	if e := p.finish(p.command("apply")); e.code != 1 || !strings.Contains(e.complaint, "InvalidAccessKeyId") {
		t.Errorf("with wrong keys in the environment: exit code %d: %s", e.code, e.complaint)
	}
}

// What works on a store in a folder works on one in a bucket.
func TestCommandsOnABucket(t *testing.T) {
	w := s3Wire(t)
	p := onWire(t, w)
	p.mustApply()
	p.edit("max: 16384", "max: 120")
	p.mustApply()
	p.edit("max: 120", "max: 16384")
	for _, c := range []struct {
		args string
		want string
	}{
		{"plan", "5 cached"},
		{"status", "run 2"},
		{"show transform", "example-1"},
		{"diff 1 2", "filter"},
		{"tag first 1", "first names run 1"},
		{"verify", "Sound:"},
		{"gc --keep 1", "Kept: "},
		{"gc --keep 1 --delete", ""},
		{"answers", "transform"},
		{"answers export answers.sft", "answers.sft holds"},
		{"answers import answers.sft", "Nothing to import"},
		{"tag --delete first", "first is deleted"},
		{"plan -o later.plan", "later.plan"},
		{"show-plan later.plan", ""},
		{"apply --yes later.plan", "Run 3"},
		{"verify", "Sound:"},
	} {
		e := p.finish(p.command(strings.Fields(c.args)...))
		if e.code != 0 || !strings.Contains(e.out, c.want) || e.complaint != "" {
			t.Errorf("%s: exit code %d: %s%s", c.args, e.code, e.out, e.complaint)
		}
	}
	_, digest := recordOf(p, "filter")
	p.write(".sftrun/store/objects/"+digest[:2]+"/"+digest[2:], "harmed\n")
	if e := p.finish(p.command("verify")); e.code != 5 || !strings.Contains(e.out, "Damaged") {
		t.Errorf("verify: exit code %d: %s%s", e.code, e.out, e.complaint)
	}
	if e := p.finish(p.command("verify", "--discard")); e.code != 0 {
		t.Errorf("verify --discard: exit code %d: %s%s", e.code, e.out, e.complaint)
	}
	p.mustApply()
	if e := p.finish(p.command("verify")); e.code != 0 {
		t.Errorf("verify: exit code %d: %s%s", e.code, e.out, e.complaint)
	}
}

// Pipelines of two names that share a bucket apply at once, and ask the same questions: each is asked once, also if the
// answers of the first are a long time coming. What they publish is what each has alone.
func TestTwoPipelinesOnOneBucketAskEachQuestionOnce(t *testing.T) {
	w := s3Wire(t)
	alone, one, two := initial(t), onWire(t, w), onWire(t, w)
	alone.mustApply()
	two.env = []string{"SFTRUN_STORE=" + one.storeAt(filepath.Join(one.dir, ".sftrun/store"))}
	two.edit(`name: "my-traces"`, `name: "others"`)
	var once sync.Once
	w.answer(func(r *http.Request) (int, string) {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/answers/") {
			once.Do(func() { time.Sleep(3 * time.Second) }) // time for the other to come as far
		}
		return 0, ""
	})
	var both sync.WaitGroup
	ends := make([]ending, 2)
	for i, p := range []*project{one, two} {
		cmd := p.command("apply", "--yes", "--json")
		both.Go(func() { ends[i] = p.finish(cmd) })
	}
	both.Wait()
	for i, p := range []*project{one, two} {
		if ends[i].code != 0 || !maps.Equal(alone.published(), p.published()) {
			t.Fatalf("exit code %d: %s%s", ends[i].code, ends[i].complaint, ends[i].out)
		}
	}
	if n := one.durable(); n != 4 {
		t.Errorf("%d answers are stored, of 4 questions", n)
	}
}
