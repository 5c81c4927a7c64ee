package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/cmd/sftrun/cli/settings"
)

func TestSettingsFilesThatAreNotWhatTheyShouldBe(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{ // want "" = three workers
		{".env", "\ufeffSFTRUN_WORKERS=3\r\n", ""},
		{".env", "SFTRUN_WORKERS=4\nexport SFTRUN_WORKERS=\"3\" # of eight\n", ""},
		{".env", "A=1\nGEMINI_API_KEY=\"sk-SECRET\n", ".env:2: not NAME=value, or a quote is not closed"},
		{".env", "A=1\nsk-SECRET\n", ".env:2: not NAME=value"},
		{".env", "S\x00F\x00", ".env:1: not NAME=value"},
		{".env", strings.Repeat("#\n", 1<<20), "is no regular file of at most 64 KB"},
		{".sftrun/settings.cue", "\ufeffworkers: 3\r\n", ""},
		{".sftrun/settings.cue", "package settings\n\n// of eight\nworkers: 3", ""},
		{".sftrun/settings.cue", "workers: ", "settings.cue:1:"},
		{".sftrun/settings.cue", "workers: 3\nworkers: 4", "conflicting values"},
		{".sftrun/settings.cue", "workers: -3", "whole number"},
		{".sftrun/settings.cue", "store: \"a\"\nx: [for a in x {a}]", "settings.cue:2: settings are plain; write NAME: value"},
		{".sftrun/settings.cue", "a: b: 1", "settings.cue:1: settings are plain"},
		{".sftrun/settings.cue", strings.Repeat("//\n", 1<<20), "is no regular file of at most 64 KB"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, c.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := settings.Load(settings.Options{Dir: dir})
		switch {
		case c.want == "" && (err != nil || s.Workers != 3):
			t.Errorf("%s %.60q: %v, %v", c.file, c.text, s, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s %.60q: error %v, want %s", c.file, c.text, err, c.want)
		case err != nil && strings.Contains(err.Error(), "SECRET"):
			t.Errorf("%s: a secret is shown: %v", c.file, err)
		}
	}
}
