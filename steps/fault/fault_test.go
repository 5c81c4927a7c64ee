package fault

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var (
	called    = regexp.MustCompile(`\bfault\.Point\("([^"]+)"\)`)
	described = regexp.MustCompile(`(?m)^//\t(\w+: [\w ]+?)  `)
)

// The list in the package's doc names each point that is in the code, and no other; and no name stands for two places.
func TestEachPointIsDescribed(t *testing.T) {
	var points []string
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range called.FindAllSubmatch(text, -1) {
			points = append(points, string(m[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range described.FindAllSubmatch(doc, -1) {
		listed = append(listed, string(m[1]))
	}
	slices.Sort(points)
	slices.Sort(listed)
	if len(points) == 0 || !slices.Equal(points, listed) {
		t.Errorf("in the code:\n%q\nin the doc:\n%q", points, listed)
	}
}
