package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"sftrun.local/runner"
	"sftrun.local/steps/model/geminitest"
)

// rehearsalFolder, within the state of a project, holds all that rehearsals make.
const rehearsalFolder = "rehearsal"

// A rehearsal is an apply that asks an emulator in this process, and keeps what it makes apart.
type rehearsal struct {
	folder string // absolute
	url    string // of the emulator
}

// rehearse applies against an emulator, for nothing.
func (a *app) rehearse(ctx context.Context, cmd *cobra.Command, f applyFlags) error {
	folder, err := filepath.Abs(a.dir)
	if err != nil {
		return err
	}
	if err := a.checkHome(folder, filepath.Join(folder, stateFolder)); err != nil {
		return err
	}
	r := &rehearsal{folder: filepath.Join(folder, stateFolder, rehearsalFolder)}
	service := filepath.Join(r.folder, "service")
	lock, err := runner.Acquire(service)
	if err != nil {
		return err
	}
	defer lock.Release()
	s, err := geminitest.Start(geminitest.Options{Dir: service})
	if err != nil {
		return err
	}
	defer s.Close()
	r.url, a.rehearsal, f.yes = s.URL(), r, true
	a.remark("Rehearsal: answers are made up on this machine, nothing is sent or paid.  All that it makes lies in %s.", relative(folder, r.folder))
	err = a.applyIn(ctx, cmd, f, nil)
	a.remark("That was a rehearsal.  In all rehearsals here: %s  To begin anew, delete %s.", billText(s.Bill()), relative(folder, r.folder))
	return err
}

// remark says something beside what a command writes.
func (a *app) remark(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.Err, format+"\n", args...)
	}
}

// takeOver puts a project's places apart, and has its services asked at the emulator.
func (r *rehearsal) takeOver(p *project) error {
	p.state = r.folder
	p.settings.Store, p.settings.Output = filepath.Join(r.folder, "store"), filepath.Join(r.folder, "output")
	p.settings.GeminiURL, p.settings.VertexURL, p.settings.APIKey = r.url, r.url, rehearsalFolder
	models, err := p.models()
	if err != nil {
		return err
	}
	for _, m := range models {
		if m.Provider == "openai" {
			at, _ := p.pipeline.Position(m.Path + ".provider")
			return fmt.Errorf("%s: %s: a server of provider \"openai\" cannot be rehearsed: the emulator is one of Google's services", at, m.Path)
		}
	}
	return nil
}
