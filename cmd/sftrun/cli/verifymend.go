package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps/model/ledger"
)

// lostFolder, within the state of a project, keeps the damaged files of answers that were given up.
const lostFolder = "lost"

// mending is what verify did about damage.
type mending struct {
	verifyFlags
	gone []string      // names that were removed
	lost []ledger.Loss // answers that were given up
}

// mend does about damage what the flags say.
func (p *project) mend(ctx context.Context, r *runner.Runner, found *runner.Verification, f verifyFlags) (m mending, err error) {
	m.verifyFlags = f
	if f.discard {
		if m.gone, err = r.Discard(ctx, found); err != nil {
			return m, err
		}
	}
	if f.giveUp {
		m.lost, err = p.gateway.GiveUp(ctx, keptNames(found), p.keepLost)
	}
	return m, err
}

// keptNames names what is damaged and no Discard removes: the books of answers.
func keptNames(found *runner.Verification) (names []string) {
	for _, d := range found.Damage {
		if d.Kept {
			names = append(names, d.Name)
		}
	}
	return names
}

// keepLost keeps a damaged file of answers that is given up.
func (p *project) keepLost(ctx context.Context, name string, data []byte) error {
	err := store.NewDir(filepath.Join(p.state, lostFolder)).Create(ctx, name, data)
	if errors.Is(err, fs.ErrExist) {
		return nil // kept already, by a call that was stopped
	}
	return err
}

// left counts what is still damaged.
func (m mending) left(found *runner.Verification) int {
	return len(slices.DeleteFunc(slices.Clone(found.Damage), func(d *runner.Damage) bool {
		return d.Kept && m.giveUp || !d.Kept && m.discard
	}))
}

// remedy says what to do about damage, and what was done.
func (p *project) remedy(found *runner.Verification, m mending) string {
	answers := len(keptNames(found)) > 0
	others := len(found.Damage) > len(keptNames(found))
	text := ""
	switch {
	case others && m.discard:
		text = fmt.Sprintf("%s removed from the store.  To have just this made again: %s\n", figures.Of(len(m.gone), "file"), p.again("apply"))
	case others:
		text = fmt.Sprintf("To have just this made again: %s, then %s\n", p.again("verify", "--discard"), p.again("apply"))
	}
	switch {
	case answers && m.giveUp:
		text += m.givenUp()
	case answers:
		text += fmt.Sprintf("Answers are never discarded.  If you have a copy of the file, put it back into %s.  Otherwise what is lost is asked for,\nand paid for, again when it is needed.  To accept the loss: %s\n", p.storeShown(), p.again("verify", "--give-up-answers"))
	}
	return text
}

// givenUp says what was lost with the answers that were given up.
func (m mending) givenUp() string {
	lost := 0
	for _, l := range m.lost {
		lost += l.Answers
	}
	return fmt.Sprintf("Given up: %s.  They are asked for, and paid for, again when they are needed.  Damaged files are kept in %s.\n",
		figures.Of(lost, "answer"), path.Join(stateFolder, lostFolder))
}
