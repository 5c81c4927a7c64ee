package hub

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// keywords are the words that put a file into a split.
var keywords = []struct {
	split string
	words []string
}{
	{"train", []string{"train", "training"}},
	{"validation", []string{"validation", "valid", "dev", "val"}},
	{"test", []string{"test", "testing", "eval", "evaluation"}},
}

// separators stand around a keyword.
const separators = "-._ 0123456789"

var (
	inData   = regexp.MustCompile(`^data/(.+)-\d{5}-of-\d{5}[^/]*\.[^/]*$`)
	inFolder = regexp.MustCompile(`^([^/]+)-\d{5}-of-\d{5}[^/]*\.[^/]*$`)
)

// A grouping puts files into splits. It returns the splits of a file, or none.
type grouping func(path string) []string

// groupings in the order in which they are tried: the first that finds a file anywhere counts for all files. Whole says
// that the paths are those of the repository, not of a folder that stands for a configuration.
func groupings(whole bool) []grouping {
	all := []grouping{byShards(inData)}
	if !whole {
		all = append(all, byShards(inFolder))
	}
	return append(all, byFolder, byName, func(string) []string { return []string{"train"} })
}

// byShards finds SPLIT-00000-of-00020.parquet.
func byShards(form *regexp.Regexp) grouping {
	return func(p string) []string {
		if found := form.FindStringSubmatch(p); found != nil && !strings.Contains(found[1], "/") {
			return found[1:2]
		}
		return nil
	}
}

// byFolder finds keywords in the names of folders: train/, my-train-set/, test_2/.
func byFolder(p string) []string {
	folders := strings.Split(p, "/")
	folders = folders[:len(folders)-1]
	return splitsOf(func(word string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return holds(f, word, true) })
	})
}

// byName finds keywords in the name of the file; behind one there must be a separator, such as the dot of the ending.
func byName(p string) []string {
	return splitsOf(func(word string) bool { return holds(path.Base(p), word, false) })
}

func splitsOf(there func(word string) bool) []string {
	var splits []string
	for _, k := range keywords {
		if slices.ContainsFunc(k.words, there) {
			splits = append(splits, k.split)
		}
	}
	return splits
}

// holds tells whether a name has a word between separators. Its beginning counts as one, and its end if atEnd says so.
func holds(name, word string, atEnd bool) bool {
	for from := 0; ; {
		i := strings.Index(name[from:], word)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(word)
		before := start == 0 || strings.ContainsRune(separators, rune(name[start-1]))
		after := end < len(name) && strings.ContainsRune(separators, rune(name[end])) || end == len(name) && atEnd
		if before && after {
			return true
		}
		from = start + 1
	}
}

// formats are the endings of files that hold rows, by the format that they stand for.
var formats = map[string]string{
	"parquet": "parquet", "json": "json", "jsonl": "json", "ndjson": "json", "csv": "csv", "tsv": "csv", "txt": "text", "arrow": "arrow",
}

// notData are files that lie in repositories beside the data.
var notData = []string{"README.md", "config.json", "dataset_info.json", "dataset_infos.json", "dummy_data.zip", "dataset_dict.json"}

// format returns the format of the rows in a file, or "" if it is none with rows.
func format(p string) string {
	base := path.Base(p)
	if slices.Contains(notData, base) {
		return ""
	}
	for _, ending := range strings.Split(base, ".")[1:] {
		if f := formats[strings.ToLower(ending)]; f != "" {
			return f
		}
	}
	return ""
}

// hidden counts the parts of a path that are passed over unless a pattern names them: those that start with a dot, and
// folders that start with two underscores.
func hidden(p string) int {
	n := 0
	parts := strings.Split(p, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ".") || i < len(parts)-1 && strings.HasPrefix(part, "__") {
			n++
		}
	}
	return n
}
