package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who may import whom. A room is the longest of these prefixes that a package's path has; it may import itself, what
// is listed, and packages from outside unless it is pure.
var rooms = map[string]struct {
	may  []string
	pure bool // the standard library alone, beside the rooms listed
}{
	"schema":                   {},
	"prompts":                  {pure: true},
	"runner":                   {may: []string{"schema", "steps", "runner/store", "steps/jsonl", "steps/fault"}},
	"runner/access":            {},
	"runner/outside/ranges":    {may: []string{"steps"}, pure: true},
	"runner/outside/bucket":    {may: []string{"runner", "runner/access", "runner/outside/ranges", "steps"}},
	"runner/outside/web":       {may: []string{"runner", "runner/outside/ranges", "steps"}, pure: true},
	"runner/outside/webtest":   {pure: true},
	"runner/outside/hub":       {may: []string{"runner/outside/ranges", "steps"}},
	"runner/outside/hubtest":   {pure: true},
	"runner/outside/hubsource": {may: []string{"runner", "runner/outside/hub", "steps"}, pure: true},
	"runner/outside/spool":     {may: []string{"runner", "steps"}, pure: true},
	"runner/store":             {may: []string{"steps/fault"}},
	"runner/store/blob":        {may: []string{"runner/access", "runner/store", "steps/fault"}},
	"steps":                    {pure: true},
	"steps/fault":              {pure: true},
	"steps/jsonl":              {pure: true},
	"steps/rank":               {pure: true},
	"steps/think":              {may: []string{"steps/jsonl"}, pure: true},
	"steps/tokens":             {},
	"steps/steptest":           {may: []string{"steps"}, pure: true},
	"steps/model":              {may: []string{"steps", "steps/model/ledger", "steps/fault"}},
	"steps/model/ledger":       {may: []string{"steps/fault"}},
	"steps/model/batch":        {may: []string{"steps", "steps/model", "steps/model/ledger", "steps/fault"}, pure: true},
	"steps/model/gemini":       {may: []string{"steps", "steps/model"}},
	"steps/model/limit":        {may: []string{"steps/model"}},
	"steps/model/retry":        {may: []string{"steps", "steps/model"}, pure: true},
	"steps/model/openai":       {may: []string{"steps", "steps/model"}, pure: true},
	"steps/model/offline":      {may: []string{"steps", "steps/model"}, pure: true},
	"steps/model/geminitest":   {may: []string{"steps/model", "steps/model/offline"}, pure: true},
	"steps/all":                {may: []string{"steps", anyKind}, pure: true},
	"cmd":                      {may: []string{"schema", "runner", "runner/store", "runner/store/blob", "runner/outside/bucket", "runner/outside/web", "runner/outside/hub", "runner/outside/hubsource", "runner/outside/hubtest", "runner/outside/spool", "steps", "steps/all", "steps/jsonl", "steps/think", "steps/tokens", "steps/model", "steps/model/ledger", "steps/model/batch", "steps/model/offline", "steps/model/gemini", "steps/model/openai", "steps/model/limit", "steps/model/retry", "steps/model/geminitest", "steps/validate", "prompts"}},
	"examples":                 {may: []string{"cmd", "steps", "steps/all", "steps/jsonl", "steps/think"}},
}

// anyKind stands for the room of each kind: a folder of steps that is not listed above. A kind may import the contract,
// and what it works with.
const anyKind = "steps/*"

var kindMay = []string{"steps", "steps/jsonl", "steps/think", "steps/tokens", "steps/rank", "steps/model", "prompts"}

// ruleOf a room, and its name among the rules.
func ruleOf(room string) (may []string, pure, ok bool) {
	if rule, ok := rooms[room]; ok {
		return rule.may, rule.pure, true
	}
	return kindMay, false, strings.HasPrefix(room, "steps/")
}

// keepers are packages from outside that only one room, or few, may know.
var keepers = map[string][]string{
	"cuelang.org/go":             {"schema"},
	"github.com/knadh/koanf":     {"cmd"},
	"github.com/spf13/cobra":     {"cmd"},
	"modernc.org/sqlite":         {"steps/model/ledger"},
	"github.com/parquet-go":      {"steps/sample"},
	"github.com/pkoukk/tiktoken": {"steps/tokens"},
	"github.com/aws":             {"runner/access", "runner/store/blob", "runner/outside/bucket"},
	"golang.org/x/oauth2":        {"runner/access", "runner/store/blob", "runner/outside/bucket", "steps/model/gemini"},
	"google.golang.org/genai":    {"steps/model/gemini", "steps/model/geminitest"},
}

const module = "sftrun.local/"

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	for path, imports := range packages(t) {
		room := roomOf(path)
		may, pure, ok := ruleOf(room)
		if !ok {
			t.Errorf("%s is in no room", path)
			continue
		}
		for _, imported := range imports {
			if inner, own := strings.CutPrefix(imported, module); own {
				other := roomOf(inner)
				if _, listed := rooms[other]; !listed && strings.HasPrefix(other, "steps/") && slices.Contains(may, anyKind) {
					continue
				}
				if other != room && !slices.Contains(may, other) {
					t.Errorf("%s imports %s, which room %s may not", path, inner, room)
				}
				continue
			}
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			if pure {
				t.Errorf("%s imports %s, but room %s keeps to the standard library", path, imported, room)
			}
			for prefix, keeper := range keepers {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(keeper, room) && !strings.HasPrefix(path, "cmd/sftrun/cli/settings") {
					t.Errorf("%s imports %s, which only %s may", path, imported, strings.Join(keeper, " and "))
				}
			}
		}
	}
}

// packages lists the imports of every package of the module, tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, module)] = p.Imports
	}
	if len(all) < 15 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}

func roomOf(path string) string {
	best := ""
	for room := range rooms {
		if (path == room || strings.HasPrefix(path, room+"/")) && len(room) > len(best) {
			best = room
		}
	}
	if folders := strings.Split(path, "/"); best == "steps" && len(folders) > 1 {
		return "steps/" + folders[1]
	}
	return best
}
