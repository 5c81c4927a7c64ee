package runner_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whoever reads the package comes by every file of it.
func TestTheReadingOrderHasEveryFile(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(doc), func(r rune) bool { return strings.ContainsRune(" \n,;:()", r) })
	for _, name := range files {
		told := slices.Contains(words, name) || slices.Contains(words, name+".") || strings.HasPrefix(name, "stamp_")
		if !told && name != "doc.go" && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("doc.go does not say when to read %s", name)
		}
	}
}
