package cli

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sftrun.local/prompts"
	"sftrun.local/schema"
)

const initAbout = `Lays out a project that plans and applies at once: a pipeline over a few example rows, with a model that is made up
on this machine and costs nothing. Put your own rows into data/, and a model that you want into pipeline.cue.

It writes pipeline.cue, prompts/, data/example.jsonl, .gitignore, and cue.mod/, by which editors and "cue vet" know the
definitions. A file that is there already stays as it is. Where there is a pipeline.cue already, only the definitions in
cue.mod/ are brought up to date.`

// scaffold holds what a new project begins with.
//
//go:embed all:scaffold
var scaffold embed.FS

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init [DIR]", Short: "lay out a small project that runs at once", Long: initAbout,
		Example: "  sftrun init                 in this folder\n  sftrun init my-traces",
		Args:    atMostOne("one folder"), ValidArgsFunction: foldersOnly,
		RunE: func(_ *cobra.Command, args []string) error { return a.init(args) },
	}
}

func (a *app) init(args []string) error {
	folder := a.dir
	if len(args) == 1 {
		folder = within(a.dir, args[0])
	}
	if isFile(folder) {
		return misuse("init %s: it is a file; name a folder, which need not exist yet", folder)
	}
	files, err := newFiles(folder)
	if err != nil {
		return err
	}
	done := laidOut{Folder: folder, Wrote: []string{}, Kept: []string{}}
	if files == nil {
		done.Kept = append(done.Kept, "pipeline.cue")
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := done.layOut(name, files[name]); err != nil {
			return err
		}
	}
	for name, text := range schema.Layout(a.definitions()) {
		if err := writeFile(filepath.Join(folder, filepath.FromSlash(name)), text, os.O_TRUNC); err != nil {
			return err
		}
	}
	done.Wrote = append(done.Wrote, "cue.mod/")
	if a.json {
		return a.printJSON(done)
	}
	a.print(done.text(a.quiet))
	return nil
}

// laidOut is what init did.
type laidOut struct {
	Folder string   `json:"folder"`
	Wrote  []string `json:"wrote"` // from the folder, as the user would write them
	Kept   []string `json:"kept"`  // what was there before
}

// text says what was done, if not quiet, and what to do next.
func (l *laidOut) text(quiet bool) string {
	next := fmt.Sprintf("Next:%s   sftrun plan   then   sftrun apply\n", goTo(l.Folder))
	if quiet {
		return next
	}
	text := ""
	for _, name := range l.Kept {
		if name == "pipeline.cue" {
			name += ", and all that belongs to it"
		}
		text += "  kept    " + name + "\n"
	}
	for _, name := range l.Wrote {
		text += "  wrote   " + name + "\n"
	}
	return text + "\n" + next
}

// goTo is the command that brings the user into a folder, if he is not there.
func goTo(folder string) string {
	if filepath.Clean(folder) == "." {
		return ""
	}
	return "   " + quoted([]string{"cd", folder}) + "   then"
}

// within is a path that is taken from a folder, unless it is absolute.
func within(folder, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, path)
}

// layOut writes a file if there is none.
func (l *laidOut) layOut(name string, text []byte) error {
	err := writeFile(filepath.Join(l.Folder, filepath.FromSlash(name)), text, os.O_EXCL)
	switch {
	case errors.Is(err, fs.ErrExist):
		l.Kept = append(l.Kept, name)
		return nil
	case err == nil:
		l.Wrote = append(l.Wrote, name)
	}
	return err
}

// newFiles gives what a new project begins with: slash-separated path → content. A project needs nothing of it.
func newFiles(folder string) (map[string][]byte, error) {
	if _, err := os.Stat(filepath.Join(folder, "pipeline.cue")); err == nil {
		return nil, nil
	}
	files := map[string][]byte{}
	err := fs.WalkDir(scaffold, "scaffold", func(name string, e fs.DirEntry, err error) error {
		if e != nil && e.IsDir() && e.Name() == "cue.mod" {
			return fs.SkipDir // marks the end of this repository's own module; a project gets a whole one
		}
		if err != nil || e.IsDir() {
			return err
		}
		text, err := scaffold.ReadFile(name)
		files[strings.TrimPrefix(name, "scaffold/")] = text
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"system.md", "user.md"} {
		text, err := prompts.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[path.Join("prompts", name)] = text
	}
	return files, nil
}

// writeFile writes a file and the folders above it. How says what to do with one that is there: os.O_EXCL leaves it,
// with fs.ErrExist; os.O_TRUNC takes its place.
func writeFile(path string, text []byte, how int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|how, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
