package model_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/offline"
)

func request() model.Request {
	return model.Request{
		Model:  model.Settings{Provider: "gemini", Name: "m", ThinkingLevel: "low", MaxOutputTokens: 100, Temperature: 0.5},
		System: "be terse", User: "rewrite: abc", Input: "abc",
	}
}

func offlineRequest() model.Request {
	r := request()
	r.Model.Provider = "offline"
	return r
}

// Keys are what paid answers are found by: this one may change only together with the scheme.
func TestKeyIsStable(t *testing.T) {
	const want = "0b28a6b10bacbbd4"
	if got := request().Key(); got[:16] != want {
		t.Errorf("key %s…, want %s…: with another key every answer is paid for again", got[:16], want)
	}
}

func TestKeyCovers(t *testing.T) {
	changes := map[string]func(*model.Request){
		"family":          func(r *model.Request) { r.Model.Provider = "openai" },
		"name":            func(r *model.Request) { r.Model.Name += "x" },
		"thinkingLevel":   func(r *model.Request) { r.Model.ThinkingLevel = "high" },
		"maxOutputTokens": func(r *model.Request) { r.Model.MaxOutputTokens++ },
		"temperature":     func(r *model.Request) { r.Model.Temperature += 1e-9 },
		"revision":        func(r *model.Request) { r.Model.Revision = "offline-0" },
		"system":          func(r *model.Request) { r.System += " " },
		"user":            func(r *model.Request) { r.User += "\n" },
		"sample":          func(r *model.Request) { r.Sample++ },
		"system to user":  func(r *model.Request) { r.User, r.System = r.System+r.User, "" },
	}
	for _, base := range []model.Request{request(), offlineRequest()} {
		seen := map[string]string{base.Key(): "nothing"}
		for what, change := range changes {
			r := base
			change(&r)
			if other, ok := seen[r.Key()]; ok {
				t.Errorf("%s: changing %s gives the key of changing %s", base.Model.Provider, what, other)
			}
			seen[r.Key()] = what
		}
	}
}

func TestKeyLeavesOut(t *testing.T) {
	same := map[string]func(*model.Request){
		"express":               func(r *model.Request) { r.Model.Provider = "express" },
		"vertex":                func(r *model.Request) { r.Model.Provider = "vertex" },
		"address":               func(r *model.Request) { r.Model.BaseURL = "http://elsewhere" },
		"input, which User has": func(r *model.Request) { r.Input = "" },
	}
	for what, change := range same {
		r := request()
		change(&r)
		if r.Key() != request().Key() {
			t.Errorf("%s changes the key: answers would be paid for twice", what)
		}
	}
}

func TestKeyDependsOnWhatTheFamilyUses(t *testing.T) {
	a, b := offlineRequest(), offlineRequest()
	if b.Input = "other"; a.Key() == b.Key() {
		t.Error("two inputs of the offline model have one key")
	}
	a, b = request(), request()
	a.Model.Provider, b.Model.Provider = "openai", "openai"
	a.Model.BaseURL, b.Model.BaseURL = "http://one/v1", "http://two/v1"
	if a.Key() == b.Key() {
		t.Error("two servers have one key")
	}
	if b.Model.BaseURL = "http://one/v1/"; a.Key() != b.Key() {
		t.Error("a slash at the end makes another server")
	}
}

// Requests that differ in a text have different keys, wherever the difference stands; what was sent through JSON is
// the same request.
func TestKeyIsUnambiguous(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("a=1:\n0sytem")))
	draw := func(t *rapid.T, label string) model.Request {
		r := offlineRequest()
		r.Model.Name, r.System, r.User, r.Input = text.Draw(t, label), text.Draw(t, label), text.Draw(t, label), text.Draw(t, label)
		r.Sample = rapid.IntRange(0, 12).Draw(t, label)
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		if (a == b) != (a.Key() == b.Key()) {
			t.Fatalf("%+v and %+v have the keys %s and %s", a, b, a.Key(), b.Key())
		}
		body, err := json.Marshal(a)
		var back model.Request
		if err != nil || json.Unmarshal(body, &back) != nil || back.Key() != a.Key() {
			t.Fatalf("%s came back with another key", body)
		}
	})
}

func FuzzKeySplitsTextsWhereTheyEnd(f *testing.F) {
	f.Add("a", "b", 1)
	f.Add("user=1:x\nsample=1:0\n", "", 0)
	f.Fuzz(func(t *testing.T, system, user string, cut int) {
		whole := system + user
		if cut < 0 || cut > len(whole) || cut == len(system) {
			return
		}
		a, b := request(), request()
		a.System, a.User = system, user
		b.System, b.User = whole[:cut], whole[cut:]
		if a.Key() == b.Key() {
			t.Fatalf("%q cut at %d and at %d has one key", whole, len(system), cut)
		}
	})
}

func TestRevisedSettingsNameTheOfflineCode(t *testing.T) {
	s := model.Settings{Provider: "offline", Name: "rules"}.Revised()
	if want := fmt.Sprintf("offline-%d", offline.Version); s.Revision != want {
		t.Errorf("revision %q, want %q: set offlineRevision to the version of model/offline", s.Revision, want)
	}
	plain := s
	plain.Revision = ""
	if (model.Request{Model: s}).Key() != (model.Request{Model: plain}).Key() {
		t.Error("settings have another key before they are revised")
	}
	old := model.Settings{Provider: "offline", Revision: "offline-0"}
	if old.Revised() != old {
		t.Error("settings of older code were taken for those of the present code")
	}
	if g := (model.Settings{Provider: "gemini", Name: "m"}); g.Revised() != g {
		t.Errorf("got %+v; want no revision", g.Revised())
	}
}
