package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

// odd is what a sealed text may say that sftrun did not write.
var odd = []string{
	"null", "[]", "{}", `{"number":-1}`, `{"number":1,"steps":[{"name":"read","symbol":"a","detail":"b"}]}`, `{"run":1,"name":"x"}`,
	`{"streams":{"rows":[{"digest":"a","rows":-1}]}}`, `{"actions":["a"],"streams":{"rows":[{"digest":"a","action":7,"nth":-1}]}}`,
}

// Whatever record of the store says something odd under a good seal, and whichever file of the state folder: no command
// of the runner breaks down, the next apply makes what is needed again, and the output is what it was.
func TestOddRecordsAreMadeAgain(t *testing.T) {
	s := newStory(t)
	s.run("")
	s.tag("first", 1)
	whole := s.bucket.(*memory).clone()
	want := published(t, s)
	for i, name := range slices.Sorted(names(whole)) {
		if strings.HasPrefix(name, "objects/") {
			continue
		}
		for k, text := range odd {
			if testing.Short() && (i+k)%7 > 0 {
				continue
			}
			s.bucket = whole.clone()
			s.bucket.(*memory).data[name] = store.Seal([]byte(text))
			lookAtAll(t, s, name+" "+text)
			os.RemoveAll(filepath.Join(s.dir, ".sftrun", "output"))
			r := s.of("", s.bucket, ".sftrun")
			if rep, err := r.Apply(t.Context(), runner.ApplyOptions{}); err != nil || rep.Outcome != runner.Complete || published(t, s) != want {
				t.Errorf("%s %s: %v, or other output", name, text, err)
			}
			if plan, err := r.Plan(t.Context()); err != nil || plan.Changes() {
				t.Errorf("%s %s: there is more to do: %v", name, text, err)
			}
		}
	}
}

// A lineage that is sealed and wrong: the record that has it is made again.
func TestOddLineageIsMadeAgain(t *testing.T) {
	for _, lineage := range []string{"", "AA", "/////////////w", "AAIAAgAC", "AQI", "!", "BgAAAAAAAA"} {
		s := newStory(t)
		s.run("")
		want := published(t, s)
		data := s.bucket.(*memory).data
		for name, sealed := range data {
			if text, err := store.Unseal(name, sealed); err == nil && strings.HasPrefix(name, "actions/") && strings.Contains(string(text), `"kind":"keep"`) {
				before, rest, _ := strings.Cut(string(text), `"lineage":{"rows":["`)
				_, after, ok := strings.Cut(rest, `"`)
				if !ok {
					continue
				}
				data[name] = store.Seal([]byte(before + `"lineage":{"rows":["` + lineage + `"` + after))
			}
		}
		os.RemoveAll(filepath.Join(s.dir, ".sftrun", "output"))
		lookAtAll(t, s, lineage)
		rep, err := s.of("", s.bucket, ".sftrun").Apply(t.Context(), runner.ApplyOptions{})
		if err != nil || len(rep.Mended) == 0 || published(t, s) != want {
			t.Errorf("%q: %v, mended %v, or other output", lineage, err, rep.Mended)
		}
	}
}

func TestOddFilesOfTheStateFolderAreForgotten(t *testing.T) {
	p := newProject(t)
	p.apply()
	want := p.read("output/ask.jsonl")
	for _, name := range []string{"published.json", "inputs.json"} {
		for _, text := range append(odd, `{"output/ask.jsonl":null}`) {
			p.write(".sftrun/"+name, string(store.Seal([]byte(text))))
			p.plan()
			p.apply()
			p.edit("min: 3", "min: 4")
			p.apply()
			p.edit("min: 4", "min: 3")
			p.apply()
			if got := p.read("output/ask.jsonl"); got != want {
				t.Errorf("%s %s: other output", name, text)
			}
		}
	}
}

// lookAtAll calls what only looks. That it comes back is all that is asked; what it says is a matter of other tests.
func lookAtAll(t *testing.T, s *story, what string) {
	t.Helper()
	before := s.bucket.(*memory).clone()
	r := s.of("", s.bucket, ".sftrun")
	r.Plan(t.Context())
	runs, _ := r.History(t.Context())
	for i := range runs {
		r.CheckData(t.Context(), &runs[i])
		if past, err := r.Past(t.Context(), &runs[i]); err == nil {
			past.Load(t.Context())
		}
	}
	r.FindRun(t.Context(), "")
	r.FindRun(t.Context(), "first")
	r.Trace(t.Context(), "keep", "r5")
	r.Present(t.Context(), "now")
	if _, err := r.Verify(t.Context(), runner.VerifyOptions{}); err != nil {
		t.Errorf("%s: verify: %v", what, err)
	}
	runner.FindGarbage(context.Background(), store.New(s.bucket), runner.GCOptions{Keep: 1, Present: []*runner.Runner{r}})
	if len(before.data) != len(s.bucket.(*memory).data) {
		t.Errorf("%s: something was written", what)
	}
}

// published is all that the project published.
func published(t *testing.T, s *story) string {
	t.Helper()
	all := ""
	for _, name := range []string{"read.jsonl", "keep.jsonl", "top.jsonl", "ask.jsonl", "judge.json"} {
		all += s.read(filepath.Join(".sftrun", "output", name))
	}
	return all
}
