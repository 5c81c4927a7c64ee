package schema_test

import (
	"strings"
	"testing"
)

func TestPackagesThatImportEachOtherAreToldWithTheirPlaces(t *testing.T) {
	_, err := tryLoad(t, map[string]string{
		"pipeline.cue":                      strings.Replace(base(t), `import "sftrun.local/sft"`, "import \"sftrun.local/sft\"\nimport \"example.com/a\"\n_x: a.x", 1),
		"cue.mod/pkg/example.com/a/a.cue":   "package a\nimport \"example.com/b\"\nx: b.x\n",
		"cue.mod/pkg/example.com/b/all.cue": "package b\nimport \"example.com/a\"\nx: a.x\n",
	}, nil)
	want := "pipeline.cue:4:8: the package imports itself, by way of others (cue.mod/pkg/example.com/a/a.cue:2, cue.mod/pkg/example.com/b/all.cue:2); take one of these imports out"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
