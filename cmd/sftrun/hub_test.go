package main_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"sftrun.local/runner/outside/hubtest"
)

// hubShards is how many shards the dataset me/traces has.
const hubShards = 8

// rowsEach is how many rows each of them has.
const rowsEach = 6

const goodToken = "hf_goodgoodgoodgood"

// A hubWorld is a project that reads the dataset me/traces of an emulated Hub.
type hubWorld struct {
	*project
	hub  *hubtest.Hub
	data string // folder of the dataset
}

// onHub makes the quickstart read rows of its own data from an emulated Hub, which keeps them as the Hub keeps large
// files.
func onHub(t *testing.T, o hubtest.Options) *hubWorld {
	t.Helper()
	o.Large = 1
	o.Dir, o.Tokens = t.TempDir(), []string{goodToken}
	dir := filepath.Join(o.Dir, "me", "traces")
	writeShards(t, dir)
	h, err := hubtest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.Close()
		if v := h.Violations(); len(v) > 0 {
			t.Errorf("a token went astray: %q", v)
		}
	})
	p := quickstart(t)
	p.env = append(p.env, "HF_ENDPOINT="+h.URL())
	p.edit(`"data/train-*"`, `"hf://me/traces"`, "shards:       4", "shards:       2", "target: 150", "target: 5")
	return &hubWorld{p, h, dir}
}

// writeShards writes rows of the quickstart, a few a shard.
func writeShards(t *testing.T, dir string) {
	t.Helper()
	data, err := os.ReadFile("../../examples/quickstart/data/train-00001-of-00004.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rows := bytes.SplitAfter(data, []byte("\n"))
	for i := range hubShards {
		put(t, filepath.Join(dir, shardName(i)), bytes.Join(rows[i*rowsEach:(i+1)*rowsEach], nil))
	}
}

func shardName(i int) string { return fmt.Sprintf("train-%05d-of-%05d.jsonl", i, hubShards) }

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// served is how many bytes of each shard the Hub has sent, those of none left out.
func (w *hubWorld) served() map[string]int64 {
	sent := map[string]int64{}
	for i := range hubShards {
		if n := w.hub.Count("me/traces/" + shardName(i)).Bytes; n > 0 {
			sent[shardName(i)] = n
		}
	}
	return sent
}

// size of a shard in bytes.
func (w *hubWorld) size(name string) int64 {
	w.t.Helper()
	info, err := os.Stat(filepath.Join(w.data, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return info.Size()
}

// fails runs a command that must end with an exit code and one line of complaint, without the token.
func (w *hubWorld) fails(code int, args ...string) string {
	w.t.Helper()
	e := w.finish(w.command(args...))
	if e.code != code {
		w.t.Errorf("sftrun %s: exit code %d, want %d: %s", strings.Join(args, " "), e.code, code, e.complaint)
	}
	if strings.Contains(e.out+e.complaint, goodToken) || strings.Contains(e.complaint, "hf_bad") {
		w.t.Errorf("the token is shown: %s", e.complaint)
	}
	return strings.TrimSpace(e.complaint)
}

// A shard more is read, and nothing else; each comes once though JSON lines are read twice.
func TestAShardMoreIsAllThatIsRead(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	w.mustApply()
	first := w.served()
	if len(first) != 2 {
		t.Errorf("read %v, want two shards", first)
	}
	w.edit("shards:       2", "shards:       3")
	out, _ := w.run("plan")
	if !strings.Contains(out, "hf://me/traces main is ") || !strings.Contains(out, ", 3 of 8 shards, ") {
		t.Errorf("the plan does not say what is taken:\n%s", out)
	}
	if d := cmp.Diff(first, w.served()); d != "" {
		t.Errorf("the plan read data: %s", d)
	}
	w.mustApply()
	for name, n := range w.served() {
		if n != w.size(name) {
			t.Errorf("%s: %d bytes came, of %d", name, n, w.size(name))
		}
		delete(first, name)
	}
	if len(w.served()) != 3 || len(first) != 0 {
		t.Errorf("read %v, want one shard more", w.served())
	}
	if out, code := w.run("plan", "--detailed-exitcode"); code != 0 {
		t.Errorf("there is something left to do:\n%s", out)
	}
}

// Whatever the network does, the rows are those of the same files on this machine.
func TestFaultsOfTheHubChangeNoByte(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a Hub that says it is busy")
	}
	w := onHub(t, hubtest.Options{Rate: 0.2, Seed: 5, Life: 2 * time.Second, Faults: []hubtest.Fault{
		hubtest.TooMany, hubtest.ServerError, hubtest.Reset, hubtest.ShortRange, hubtest.WrongRange, hubtest.Expired, hubtest.OtherTag, hubtest.CutOff,
	}})
	for _, name := range []string{"train-00000-of-00004.parquet", "train-00002-of-00004.jsonl.gz", "train-00003-of-00004.jsonl.zst"} {
		if err := copyFile("../../examples/quickstart/data/"+name, filepath.Join(w.data, name)); err != nil {
			t.Fatal(err)
		}
	}
	local := quickstart(t)
	local.edit(`"data/train-*"`, fmt.Sprintf("%q", filepath.Join(w.data, "train-*")), "shards:       4", "shards:       20", "target: 150", "target: 5")
	w.edit(`"hf://me/traces"`, `"hf://me/traces/train-*"`, "shards:       2", "shards:       20")
	local.mustApply()
	w.mustApply()
	if d := cmp.Diff(local.outputs(), w.outputs()); d != "" {
		t.Errorf("the Hub's rows are others:\n%.2000s", d)
	}
	if n := w.hub.Total(); n.Faults < 6 {
		t.Errorf("%d faults, which proves little", n.Faults)
	}
}

// An apply that is killed goes on where it was: shards that are done are not read again.
func TestAKilledApplyReadsNoShardAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and kills a program")
	}
	w := onHub(t, hubtest.Options{})
	w.edit("shards:       2", "shards:       8")
	w.args = []string{"--workers", "1"}
	e := w.finish(w.faulty("FAULT_KILL=action: recorded#4", "apply", "--yes"))
	if e.code == 0 {
		t.Fatal("the apply was not killed")
	}
	before := w.served()
	if len(before) < 4 || len(before) == hubShards {
		t.Fatalf("%d shards were read before the kill", len(before))
	}
	w.mustApply()
	again := 0
	for name, n := range w.served() {
		if n > w.size(name) {
			again++
		}
	}
	if again > 0 || len(w.served()) != hubShards {
		t.Errorf("%d shards were read again, %d in all", again, len(w.served()))
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, ".sftrun", "spool", "*")); len(left) > 0 {
		t.Errorf("the kill left %s", left)
	}
}

func TestWhatTheHubRefusesIsSaidInOneLine(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	data, err := os.ReadFile(filepath.Join(w.data, shardName(0)))
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(filepath.Dir(w.data))
	for _, name := range []string{"gated", "private"} {
		put(t, filepath.Join(root, "me", name, "train.parquet"), data)
		put(t, filepath.Join(root, "me", name, ".hub.json"), fmt.Appendf(nil, `{%q: true, "allow": [%q]}`, name, goodToken))
	}
	text := w.read("pipeline.cue")
	for _, c := range []struct{ from, more, env, want string }{
		{"hf://me/gated", "", "", "/train.parquet: gated, and no token was given (pipeline.cue:22:18).  Accept its terms at "},
		{"hf://me/private", "", "", "there is no such dataset, or it is private and no token was given"},
		{"hf://me/missing", "", "HF_TOKEN=" + goodToken, "there is no such dataset, or the token has no access to it"},
		{"hf://me/traces", "", "HF_TOKEN=hf_badbadbadbad", "the Hub refuses the token (pipeline.cue:22:18).  It is misspelt, expired or revoked"},
		{"hf://me/traces@nightly", "", "", `the dataset has no branch, tag or commit "nightly"`},
		{"hf://me/traces", `, split: "test"`, "", "test"},
		{"hf://me/traces", `, config: "english"`, "", "english"},
		{"hf://me/traces/*.csv", "", "", "no file matches"},
		{"https://huggingface.co/datasets/me/traces", "", "", "write hf://me/traces"},
		{"ftp://me/traces", "", "", `nothing here reads from ftp://`},
	} {
		w.write("pipeline.cue", strings.Replace(text, `"hf://me/traces"`, fmt.Sprintf("%q%s", c.from, c.more), 1))
		saved := w.env
		if c.env != "" {
			w.env = append(w.env[:len(w.env):len(w.env)], c.env)
		}
		for _, command := range []string{"plan", "apply"} {
			if command == "apply" && c.env == "" && c.more == "" {
				continue // the plan of an apply is the same one
			}
			got := w.fails(1, command)
			if !strings.Contains(got, c.want) || strings.Contains(got, "\n") || !strings.Contains(got, "pipeline.cue:22:") {
				t.Errorf("%s of %s%s: %s\nwant %s", command, c.from, c.more, got, c.want)
			}
		}
		w.env = saved
	}
}

func TestWithoutANetworkThereIsNoPlan(t *testing.T) {
	if testing.Short() {
		t.Skip("tries again before it gives up")
	}
	w := onHub(t, hubtest.Options{})
	w.hub.Close()
	got := w.fails(1, "plan")
	if !strings.Contains(got, "the Hub could not be read") || strings.Contains(got, "\n") {
		t.Errorf("without a network: %s", got)
	}
}

// The branch moves between a plan and its apply. What was planned is done or nothing is.
func TestASavedPlanKnowsThatTheBranchMoved(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	if _, code := w.run("plan", "-o", "night.plan"); code != 0 {
		t.Fatal("plan failed")
	}
	put(t, filepath.Join(w.data, "NOTES.md"), []byte("a word"))
	if out, code := w.run("show-plan", "night.plan"); code != 0 {
		t.Errorf("a commit that touches no shard outdates the plan:\n%s", out)
	}
	if out, code := w.run("apply", "night.plan"); code != 0 {
		t.Errorf("apply: exit code %d:\n%s", code, out)
	}
	read := w.served()
	put(t, filepath.Join(w.data, "NOTES.md"), []byte("another word"))
	if out, code := w.run("plan", "--detailed-exitcode"); code != 0 {
		t.Errorf("a moved branch with the same shards reruns:\n%s", out)
	}

	w.edit("shards:       2", "shards:       8")
	if _, code := w.run("plan", "-o", "night.plan"); code != 0 {
		t.Fatal("plan failed")
	}
	put(t, filepath.Join(w.data, shardName(5)), []byte(`{"id":"new","messages":[]}`+"\n"))
	got := w.fails(1, "apply", "night.plan")
	for _, want := range []string{"hf://me/traces moved: main is ", shardName(5) + " changed (steps.sample)", "Plan again: "} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
	if d := cmp.Diff(read, w.served()); d != "" {
		t.Errorf("data were read all the same: %s", d)
	}
}

// A file that is another one behind the digest that was listed gives no rows.
func TestAFileThatIsNotTheOneListedGivesNothing(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	w.hub.Next("me/traces/"+shardName(0), hubtest.Altered)
	w.edit("shards:       2", "shards:       8")
	e := w.finish(w.command("apply", "--yes"))
	if e.code != 1 || !strings.Contains(e.complaint, shardName(0)) || strings.Contains(strings.TrimSpace(e.complaint), "\n") {
		t.Errorf("exit code %d: %s", e.code, e.complaint)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "output", "raw_sample.jsonl")); err == nil {
		t.Error("rows were published")
	}
	w.mustApply()
}

// writeTable writes rows of noise, which do not pack, as Parquet of some MB.
func writeTable(t *testing.T, path string, rows int) {
	t.Helper()
	type message struct {
		Role    string `parquet:"role"`
		Content string `parquet:"content"`
	}
	type row struct {
		ID       string    `parquet:"id"`
		Messages []message `parquet:"messages,list"`
	}
	var file bytes.Buffer
	w := parquet.NewGenericWriter[row](&file)
	noise := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		text := make([]byte, 2<<20/rows)
		for k := range text {
			text[k] = byte(' ' + noise.IntN(90))
		}
		if _, err := w.Write([]row{{fmt.Sprint(i), []message{{"user", string(text)}}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, path, file.Bytes())
}

// A plan counts the rows of Parquet from the footer, without reading the file, and an apply that has planned remembers them.
func TestAPlanCountsRowsFromFooters(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	writeTable(t, filepath.Join(w.data, "noise.parquet"), 90)
	w.edit(`"hf://me/traces"`, `"hf://me/traces/*.parquet"`)
	w.args = []string{"--target", "sample"}
	count := func() int64 { return w.hub.Count("me/traces/noise.parquet").Bytes }
	out, _ := w.run("plan", "-o", "night.plan")
	if !strings.Contains(out, " MB, 90 rows") {
		t.Errorf("the plan does not count rows:\n%s", out)
	}
	if n := count(); n == 0 || n > w.size("noise.parquet")/10 {
		t.Errorf("the plan read %d bytes of %d", n, w.size("noise.parquet"))
	}
	w.args = nil
	w.mustApply("night.plan")
	before := count()
	w.edit("rowsPerShard: 100", "rowsPerShard: 10")
	if out, _ := w.run("plan"); !strings.Contains(out, "90 rows") || count() != before {
		t.Errorf("rows are counted anew, by %d bytes:\n%s", count()-before, out)
	}
	out, code := w.run("plan", "--json")
	if code != 0 || !strings.Contains(out, `"taking":{"pins":[{"from":"hf://me/traces/*.parquet","at":"hf://me/traces@`) {
		t.Errorf("the plan does not hold the pin: %s", out)
	}
	if out, _ := w.run("status", "--json"); !strings.Contains(out, `"pins":[{"from":"hf://me/traces/*.parquet","at":"hf://me/traces@`) {
		t.Errorf("the run does not hold the pin: %s", out)
	}
}

// What was made is looked at without a network. So is a pipeline of a commit planned and applied, as long as nothing has to
// be read.
func TestWithoutANetworkWhatIsThereIsThere(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	w.mustApply()
	plan, _ := w.run("plan", "--json")
	_, at, _ := strings.Cut(plan, `"at":"`)
	at, _, _ = strings.Cut(at, `"`)
	pinned := &hubWorld{&project{t: t, dir: filepath.Join(t.TempDir(), "pinned"), env: w.env}, w.hub, w.data}
	copyAsIs(t, w.dir, pinned.dir)
	pinned.edit(`"hf://me/traces"`, fmt.Sprintf("%q", at))
	pinned.mustApply()
	w.hub.Close()

	if out, code := w.run("show", "transform"); code != 0 || !strings.Contains(out, "transform") {
		t.Errorf("show: exit code %d:\n%s", code, out)
	}
	if out, code := pinned.run("plan", "--detailed-exitcode"); code != 0 || !strings.Contains(out, "  "+at+"\n") {
		t.Errorf("plan: exit code %d:\n%s", code, out)
	}
	pinned.edit("target: 5", "target: 6")
	pinned.mustApply()
}

// The emulator is a program of its own, too, that ends well with Ctrl-C.
func TestTheEmulatorServesUntilItIsInterrupted(t *testing.T) {
	w := onHub(t, hubtest.Options{})
	serving := w.command("emulate", "hub", "--dir", filepath.Dir(filepath.Dir(w.data)), "--faults", "0.1", "--seed", "5")
	said, err := serving.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "export ") {
	}
	w.env = append(w.env, strings.TrimPrefix(lines.Text(), "export "))
	w.mustApply()
	if err := serving.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	last := ""
	for lines.Scan() {
		last = lines.Text()
	}
	if err := serving.Wait(); err != nil || !strings.HasPrefix(last, "Served ") || !strings.Contains(last, " requests") {
		t.Errorf("it ended with %v, and said %q", err, last)
	}
	if n := w.hub.Total(); n.Requests > 0 {
		t.Errorf("another Hub was asked: %+v", n)
	}
}
