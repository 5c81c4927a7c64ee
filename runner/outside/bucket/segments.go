package bucket

import "strings"

// meta are the characters that make a pattern of a text.
const meta = `*?[{\`

// split cuts a pattern into its fixed folder, "" or with a "/" at its end, and the pattern below it, as globs of files
// are cut: a pattern without any meta characters is the name of a file in its folder.
func split(pattern string) (base, rest string) {
	fixed := pattern
	if i := strings.IndexAny(pattern, meta); i >= 0 {
		fixed = pattern[:i]
	}
	cut := strings.LastIndex(fixed, "/") + 1
	return pattern[:cut], pattern[cut:]
}

// isFixed tells whether a pattern is the name of one object.
func isFixed(pattern string) bool { return !strings.ContainsAny(pattern, meta) }

// head is the fixed beginning of a pattern.
func head(pattern string) string {
	if i := strings.IndexAny(pattern, meta); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// first cuts a pattern after its first folder. Deep says that it cannot be cut, since what it matches spans folders.
func first(pattern string) (folder, rest string, deep bool) {
	folder, rest, _ = strings.Cut(pattern, "/")
	deep = strings.Contains(folder, "**") || strings.Count(folder, "{") != strings.Count(folder, "}") ||
		strings.Count(folder, "[") != strings.Count(folder, "]") || strings.HasSuffix(folder, `\`)
	return folder, rest, deep
}
