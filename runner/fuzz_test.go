package runner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// odd is JSON of a shape that nothing stored has.
var odd = []string{
	"", "null", "[]", "0", `""`, "{", "{}", "{}{}", `{"steps":null}`, `{"number":-1,"steps":[null]}`, `{"number":1e99}`, `{"NUMBER":7,"number":1}`,
	`{"pieces":{"kind":"k","config":null,"sources":[null,[""]]},"streams":{"rows":[{"digest":"a","size":-1,"rows":-1}]}}`,
	`{"streams":{"rows":[{"digest":"","action":-1,"nth":-9}],"":[{}]},"actions":["actions/aa","../../x","actions/ab/"],"in":-5,"dropped":{"":-9223372036854775808}}`,
	`{"number":1,"steps":[{"name":"a","symbol":"a","detail":"b","pace":-1,"tally":{"out":9223372036854775807,"figures":{"":null}}}]}`,
	`{"files":{"prompt":{"digest":"x"}},"symbols":[""],"listing":[{"size":-1}],"inputs":{"input":{"parts":[""]}}}`,
	`{"name":"../x","run":-1}`, `{"run":0,"at":"0000-00-00"}`, `{"name":"a","run":9223372036854775807,"set":"9999-12-31T23:59:59Z"}`,
}

// sample of each thing that is stored, under its name.
func samples() map[string]content {
	digest := store.Digest(nil)
	p := steps.Part{Digest: digest, Size: 40, Rows: 2, Media: steps.MediaRows}
	rec := &Record{
		Pieces:  Pieces{Scheme: 1, Kind: "keep", Version: 2, Config: json.RawMessage(`{"min":1e3}`), Sources: [][]string{{digest}}},
		Streams: map[string][]steps.Part{"rows": {p}}, Lineage: map[string][]string{"rows": {"AAIAAg"}}, Provenance: []steps.Part{{}, p},
		Out: 2, Dropped: map[string]int{"short": 3}, Attempt: 1,
	}
	d := &Detail{Scheme: 1, Kind: "keep", Config: json.RawMessage(`{}`), Files: map[string]steps.File{"prompt": {Path: "p.md", Digest: digest}}, Actions: []string{rec.name()}}
	return map[string]content{
		rec.name():               rec,
		manifestName(digest):     &Manifest{Streams: map[string][]piece{"rows": {{Part: p, Nth: 1}}}, Actions: []string{rec.name()}, Tally: Tally{In: 5, Out: 2}},
		runName(7):               &RunRecord{Number: 7, Digest: digest, Steps: []RunStep{{Symbol: digest, Detail: digest, Since: 3, Pace: .5}}},
		store.ObjectName(digest): d,
		tagPrefix + "best":       &Tag{Name: "best", Run: 7},
		removalName(7):           &Removal{Run: 7, By: RemovedByGC},
	}
}

// Whatever a sealed record says, it is refused, or it holds what it says: encoded and decoded again it is the same, and
// what is looked up by what it names is looked up without harm.
func FuzzSealedRecords(f *testing.F) {
	for name, c := range samples() {
		f.Add(name, []byte(steps.Encode(c)))
		for _, text := range odd {
			f.Add(name, []byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		for _, of := range samples() {
			kind := reflect.TypeOf(of).Elem()
			first := reflect.New(kind).Interface().(content)
			if decode(name, text, first) != nil {
				continue
			}
			again := reflect.New(kind).Interface().(content)
			once := steps.Encode(first)
			if err := decode(name, once, again); err != nil || string(steps.Encode(again)) != string(once) {
				t.Fatalf("%s %s\nwas written as %s\nand then as %s, %v", kind, text, once, steps.Encode(again), err)
			}
			follow(t, first)
		}
	})
}

// follow makes the names of all that a thing names, as its readers do.
func follow(t *testing.T, c content) {
	switch c := c.(type) {
	case *Manifest:
		for _, pieces := range c.Streams {
			for _, p := range pieces {
				_ = c.Actions[p.Action]
			}
		}
		if c.Drops() < 0 || c.Failures() < 0 {
			t.Errorf("%d dropped, %d failed", c.Drops(), c.Failures())
		}
	case *RunRecord:
		for _, s := range c.Steps {
			if s.Symbol != "" {
				_ = manifestName(s.Symbol)
			}
		}
		for _, digest := range c.objects() {
			_ = store.ObjectName(digest)
		}
	case *Record:
		if c.failed() < 0 {
			t.Errorf("%d failed", c.failed())
		}
	}
}

func TestSamplesAreSoundAndOddOnesAreNot(t *testing.T) {
	for name, c := range samples() {
		again := reflect.New(reflect.TypeOf(c).Elem()).Interface().(content)
		if err := decode(name, steps.Encode(c), again); err != nil || !reflect.DeepEqual(steps.Encode(c), steps.Encode(again)) {
			t.Errorf("%s: %v: %s", name, err, cmp.Diff(string(steps.Encode(c)), string(steps.Encode(again))))
		}
		for _, text := range odd {
			_, bare := c.(*Detail)
			_, list := c.(*Manifest)
			into := reflect.New(reflect.TypeOf(c).Elem()).Interface().(content)
			if err := decode(name, []byte(text), into); err == nil && !((bare || list) && strings.HasPrefix(text, "{")) {
				t.Errorf("%s: %s was taken for sound", name, text)
			}
		}
	}
}

// Lineage comes back as it was, and no text claims more rows than it has bytes for.
func FuzzLineage(f *testing.F) {
	for _, s := range []string{"", "AAIAAg", "AQA", "AQAAAAAA", "/////////////w", "gICAgICAgICAAQ", "////////////AQA", "====", "\n", "A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, err := decodeLineage(text)
		if err != nil {
			return
		}
		if len(all) > len(text) {
			t.Fatalf("%d rows of %q", len(all), text)
		}
		var raw []byte
		var last steps.From
		for _, from := range all {
			raw = appendFrom(raw, last, from)
			last = from
		}
		again, err := decodeLineage(encodeLineage(raw))
		if err != nil || !cmp.Equal(all, again) {
			t.Errorf("%q: %v came back as %v, %v", text, all, again, err)
		}
	})
}

// Different pieces have different keys: a key is the digest of a text that gives the pieces back.
func FuzzKey(f *testing.F) {
	f.Add("keep", 1, `{"min":3}`, "a", "b", 0)
	f.Add("", -1, `null`, "", "", -1)
	f.Add("k\",\"version\":9,\"x\":\"", 1, `{"a":1.0,"a":1}`, "a\",\"b", "\x00", 1<<40)
	f.Add("\u2028<&>", 1, `"\ud800"`, "a", "", 7)
	f.Fuzz(func(t *testing.T, kind string, version int, config, x, y string, first int) {
		canon, err := canonical([]byte(config))
		if err != nil {
			return
		}
		x, y, kind = strings.ToValidUTF8(x, "?"), strings.ToValidUTF8(y, "?"), strings.ToValidUTF8(kind, "?")
		p := Pieces{Scheme: Scheme, Kind: kind, Version: version, Config: canon, Files: []string{x}, Shards: []string{y}, Sources: [][]string{{x, y}}, First: first}
		var back Pieces
		if err := json.Unmarshal(steps.Encode(p), &back); err != nil || back.Key() != p.Key() || !cmp.Equal(p, back) {
			t.Fatalf("came back as another: %v\n%s", err, cmp.Diff(p, back))
		}
		keys := map[string]string{p.Key(): "itself"}
		for what, change := range map[string]func(*Pieces){
			"kind": func(p *Pieces) { p.Kind += "x" }, "version": func(p *Pieces) { p.Version++ }, "scheme": func(p *Pieces) { p.Scheme++ },
			"config": func(p *Pieces) { p.Config = json.RawMessage("[" + string(canon) + "]") }, "first": func(p *Pieces) { p.First++ },
			"a file more": func(p *Pieces) { p.Files = []string{x, y} }, "no file": func(p *Pieces) { p.Files = nil },
			"a shard more": func(p *Pieces) { p.Shards = []string{y, x} }, "no shard": func(p *Pieces) { p.Shards = nil },
			"parts of two sources": func(p *Pieces) { p.Sources = [][]string{{x}, {y}} }, "a source without parts": func(p *Pieces) { p.Sources = [][]string{{x, y}, {}} },
			"no source": func(p *Pieces) { p.Sources = nil },
		} {
			other := p
			change(&other)
			if same := keys[other.Key()]; same != "" {
				t.Errorf("%s has the key of %s: %s", what, same, steps.Encode(other))
			}
			keys[other.Key()] = what
		}
	})
}

// Canonical text is canonical, says the same value with the numbers as written, and is one for all ways to write it.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		`{"b":1.50,"a":[1e3,-0,12345678901234567890,{"z":null,"":true}]}`, ` [ ] `, `"\u00e9\ud800\u2028<"`, `{"a":1,"a":2}`, `{"\u0061":1}`, `1 2`, `{"a":1}}`,
		strings.Repeat("[", 9999) + strings.Repeat("]", 9999),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		canon, err := canonical(text)
		if err != nil {
			return
		}
		again, err := canonical(canon)
		if err != nil || string(again) != string(canon) {
			t.Fatalf("%s became %s, %v", canon, again, err)
		}
		want, got := numbered(t, text), numbered(t, canon)
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s became %s", text, canon)
		}
		indented, err := json.MarshalIndent(json.RawMessage(canon), " ", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if other, err := canonical(indented); err != nil || string(other) != string(canon) {
			t.Errorf("%s written otherwise became %s, %v", canon, other, err)
		}
	})
}

// numbered decodes the first value of a text, its numbers as written.
func numbered(t *testing.T, text []byte) (v any) {
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// A part of rejects gives rows that are there, or an error; never more than its lines name.
func FuzzRejects(f *testing.F) {
	rows := []byte("{\"id\":\"a\"}\n{\"id\":\"b\"}\n")
	digest := store.Digest(rows)
	for _, s := range []string{
		`{"part":"DIGEST","row":1,"id":"b","state":"dropped","reason":"short"}`, `{"part":"DIGEST","row":-1}`, `{"part":"DIGEST","row":2}`, `{"part":"","row":0}`,
		`{"part":"x"}`, `{"part":"../../etc/passwd"}`, `null`, `[]`, `7`, `{"part":"DIGEST","again":true,"row":0}`, `{"part":7}`, "\n\n", `{"part":"DIGEST","row":9223372036854775808}`,
	} {
		f.Add(strings.ReplaceAll(s, "DIGEST", digest))
	}
	s := store.New(store.NewDir(f.TempDir()))
	if _, err := s.Put(f.Context(), rows); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := restoreRejects(t.Context(), s, []byte(text+"\n"))
		if err != nil {
			return
		}
		lines := strings.Split(strings.TrimSuffix(string(got), "\n"), "\n")
		for _, line := range lines {
			if line != "" && !json.Valid([]byte(line)) {
				t.Errorf("%s gave %s", text, line)
			}
		}
		if len(lines) > strings.Count(text, "\n")+1 {
			t.Errorf("%q gave %d rows", text, len(lines))
		}
	})
}

// Files in the state and output folders are read as they are or not at all; what is remembered next is kept.
func FuzzFilesOfTheProject(f *testing.F) {
	for _, s := range append(odd, `{"a.jsonl":{"of":"x","stamp":{"size":-1,"digest":""}}}`, `{"a":null}`, `{"a":{"stamp":null}}`, `{"version":1,"stages":null}`, `{"stages":{"a":null}}`) {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	r := &Runner{opt: Options{State: dir, Output: dir, Dir: dir}}
	f.Fuzz(func(t *testing.T, text []byte) {
		sealed := store.Seal(text)
		write := func(path string, data []byte) {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		write(r.publishedPath(), sealed)
		if err := r.remember(filepath.Join(dir, "new.jsonl"), publication{Of: "x"}); err != nil {
			t.Fatal(err)
		}
		if got := r.published()["new.jsonl"]; got.Of != "x" {
			t.Errorf("%s: what was remembered is gone", text)
		}
		write(r.memoPath(), sealed)
		newOutside(dir, nil, r.loadMemos()).memo["x"] = stamp{}
		write(r.statePath(), text)
		if s, err := readState(r.statePath()); err == nil {
			_ = s.Stages["a"]
		}
	})
}

// A saved plan is read as it was written or refused, and comparing it with any other ends.
func FuzzPlanFile(f *testing.F) {
	sound := &SavedPlan{
		Format: savedFormat, Made: time.Unix(0, 0).UTC(), Plan: &Plan{Steps: []StepPlan{{Name: "keep", Kind: "keep", Verdict: Run, Asks: &Asks{New: 2}}}, Publish: []Publish{{File: "a", Why: Missing}}},
		Basis: Basis{Pipeline: json.RawMessage(`{"name":"x","steps":{"keep":{"min":3}}}`), Kinds: map[string]int{"keep": 1}, Steps: []StepBasis{{Name: "keep", Digest: "d", Symbol: "s", Run: []string{"r"}, Inputs: []steps.Shard{{Place: "a", Size: 1}}}}},
	}
	f.Add([]byte(steps.Encode(sound)))
	for _, s := range append(odd, `{"savedPlan":1,"plan":{}}`, `{"savedPlan":1,"plan":{"steps":[{}]},"basis":{"steps":[{},{}],"pipeline":null}}`,
		`{"savedPlan":1,"plan":{"since":{}},"basis":{"pipeline":[]}}`, `{"savedPlan":1,"plan":{"steps":[{"name":"keep","asks":null}]},"basis":{"pipeline":{"steps":7}}}`, `{"savedPlan":2}`, `{"savedPlan":1}`) {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "x.plan")
	f.Fuzz(func(t *testing.T, text []byte) {
		if strings.Contains(string(text), "\n") {
			return
		}
		if err := os.WriteFile(path, store.Seal(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := ReadPlanFile(path)
		if err != nil {
			return
		}
		again, err := decodePlan(steps.Encode(s))
		if err != nil || again.digest() != s.digest() {
			t.Fatalf("%s came back as another: %v", text, err)
		}
		for _, pair := range [][2]*SavedPlan{{s, sound}, {sound, s}, {s, s}} {
			runMoves(pair[0], pair[1])
			inputs(pair[0], pair[1])
			publishedMoves(pair[0], pair[1])
			toolMoves(pair[0], pair[1])
			moves := effects(pair[0], pair[1])
			if pair[0] == pair[1] && len(moves) > 0 && distinctSteps(s) {
				t.Errorf("%s differs from itself: %+v", text, moves)
			}
		}
	})
}

// inputs compares all that two plans were shown of the outside.
func inputs(a, b *SavedPlan) {
	for _, now := range b.Basis.Steps {
		if was := a.step(now.Name); was != nil {
			fileMoves(was, now)
			(&Runner{outside: newOutside("", nil, memos{})}).inputMoves(was, now)
		}
	}
}

func distinctSteps(s *SavedPlan) bool {
	seen := map[string]bool{}
	for _, step := range s.Plan.Steps {
		if seen[step.Name] || s.step(step.Name) == nil {
			return false
		}
		seen[step.Name] = true
	}
	return true
}
