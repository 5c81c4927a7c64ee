package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/cmd/sftrun/cli/settings"
)

// Whatever a settings file holds, it is read or refused in one line that shows nothing of a .env.
func FuzzSettingsFiles(f *testing.F) {
	for _, text := range []string{
		"SFTRUN_WORKERS=3", "GEMINI_API_KEY=SECRET\nA", "A=\"SECRET\n", "export A='SECRET", "=SECRET", "A=${B}${A}", "A=$(SECRET)\r\nA", "SFTRUN_WORKERS=SECRET",
		"SFTRUN_STORE=\x00SECRET", "SFTRUN_COLOR=SECRET\nSFTRUN_COLOUR=SECRET", "\ufeff\ufeffA=SECRET", "A: SECRET", strings.Repeat("A=1\n", 9000), "#\x00", "\xff\xfe=SECRET",
		"workers: 3", "store: \"\\(store)\"", "workers: {workers: workers}", "\"workers\": 3", "apiKey: \"SECRET\"", "workers: 1e99", "workers: 0x3", "package a\nimport \"b\"", "{", "[1]", "...", "if true {}",
	} {
		f.Add(text, true)
		f.Add(text, false)
	}
	dir := f.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".sftrun"), 0o755); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, env bool) {
		path, other := filepath.Join(dir, ".env"), filepath.Join(dir, ".sftrun", "settings.cue")
		if !env {
			path, other = other, path
		}
		os.Remove(other)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Load(settings.Options{Dir: dir})
		if err != nil {
			if strings.Contains(err.Error(), "\n") || env && strings.Contains(err.Error(), "SECRET") && !named(text) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if s.Workers < 0 || !filepath.IsAbs(s.Store) && !strings.Contains(s.Store, "://") || !filepath.IsAbs(s.Output) {
			t.Errorf("%q: %+v", text, s)
		}
		for _, e := range s.Entries() {
			if s.APIKey != "" && len(s.APIKey) > 5 && strings.Contains(e.Value, s.APIKey) && !strings.Contains(s.Store+s.Output, s.APIKey) {
				t.Errorf("%q: %s shows the key: %s", text, e.Name, e.Value)
			}
		}
	})
}

// named tells whether a text gives SECRET to a setting that is none, which an error may show.
func named(text string) bool { return strings.Contains(text, "SFTRUN_") }
