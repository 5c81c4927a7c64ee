package hub

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// splitOf is the files of each split.
type splitOf map[string][]entry

// splitFiles groups the files of a configuration by split.
func splitFiles(files []entry, configs []declared, config string) (splitOf, error) {
	if len(configs) == 0 {
		return undeclared(files, config)
	}
	d, err := choose(configs, config)
	if err != nil {
		return nil, err
	}
	folder := strings.Trim(path.Clean("/"+d.Folder), "/")
	if d.Files == nil {
		return inferred(files, folder), nil
	}
	found := splitOf{}
	for _, s := range d.Files {
		if found[s.Split], err = matched(files, folder, s.Globs); err != nil {
			return nil, fmt.Errorf("declares %w", err)
		}
	}
	return found, nil
}

// undeclared groups the files of a dataset whose card declares nothing: a configuration is then a folder.
func undeclared(files []entry, config string) (splitOf, error) {
	if config == "" {
		return inferred(files, ""), nil
	}
	if found := inferred(files, config); len(found) > 0 {
		return found, nil
	}
	if config == "default" {
		return inferred(files, ""), nil
	}
	return nil, fmt.Errorf("declares no configurations, and has no folder %q with files of rows", config)
}

// matched returns the files that globs of a card name.
func matched(files []entry, folder string, globs []string) ([]entry, error) {
	var found []entry
	for _, glob := range globs {
		if strings.Contains(glob, "://") {
			return nil, fmt.Errorf("files that lie elsewhere (%s); name them in the pipeline", glob)
		}
		glob = path.Join(folder, glob)
		for _, e := range files {
			if fits, err := doublestar.Match(glob, e.Path); err != nil {
				return nil, fmt.Errorf("a glob that is none (%q)", glob)
			} else if fits && hidden(e.Path) == hidden(glob) && format(e.Path) != "" {
				found = append(found, e)
			}
		}
	}
	return found, nil
}

// inferred groups the files below a folder by the first grouping that finds any.
func inferred(files []entry, folder string) splitOf {
	for _, group := range groupings(folder == "") {
		found := splitOf{}
		for _, e := range files {
			inside := folder == "" || strings.HasPrefix(e.Path, folder+"/")
			name := below(folder, e.Path)
			if !inside || format(name) == "" || hidden(name) > 0 {
				continue
			}
			for _, s := range group(name) {
				found[s] = append(found[s], e)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// oneSplit returns the files of a split, or of all, that have the most frequent format: no loader reads two at once.
func oneSplit(splits splitOf, split string) ([]entry, error) {
	names := slices.Sorted(maps.Keys(splits))
	files := splits[split]
	if split == "" {
		for _, n := range names {
			files = append(files, splits[n]...)
		}
	}
	if len(splits) == 0 {
		return nil, errors.New("has no files of rows (.parquet, .jsonl, .json, .csv and the like); name the files behind the address if they are called otherwise")
	}
	if len(files) == 0 && !slices.Contains(names, split) {
		return nil, fmt.Errorf("has no split %q; it has %s", split, listed(names))
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("declares the split %q, but none of its files is there", split)
	}
	return ofFormat(files, most(files)), nil
}

func most(files []entry) string {
	count := map[string]int{}
	for _, e := range files {
		count[format(e.Path)]++
	}
	return slices.MaxFunc(slices.Sorted(maps.Keys(count)), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[a], count[b]), cmp.Compare(b, a))
	})
}

func ofFormat(files []entry, f string) []entry {
	return slices.DeleteFunc(files, func(e entry) bool { return format(e.Path) != f })
}
