package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/runner/store"
)

// The exit codes of the program.
const (
	exitDone        = 0
	exitError       = 1
	exitChanges     = 2
	exitPartial     = 3
	exitHeld        = 4
	exitRefused     = 5
	exitMisused     = 64
	exitInterrupted = 130
)

// exitCodes is the table that `sftrun help exit-codes` shows.
var exitCodes = []struct {
	code int
	text string
}{
	{exitDone, "done, or nothing to do"},
	{exitError, "an error; its text says what to do"},
	{exitChanges, "plan --detailed-exitcode: an apply would do something"},
	{exitPartial, "apply: done, but rows failed, or were left out by --max-rows"},
	{exitHeld, "apply: what costs money was left out, by --free or by your answer, or answers are pending (--no-wait)"},
	{exitRefused, "a check said no: rows are not valid (apply, validate), the store is damaged (verify), or a saved plan does not hold (show-plan)"},
	{exitMisused, "the command line cannot be understood"},
	{exitInterrupted, "stopped by Ctrl-C; what was done is kept"},
}

// An exit is an end of a command with a code of its own. Without a text there is nothing more to say.
type exit struct {
	code int
	text string
}

func (e *exit) Error() string {
	if e.text != "" {
		return e.text
	}
	return fmt.Sprintf("exit code %d", e.code)
}

// misuse is the error for a command line that cannot be understood.
func misuse(format string, args ...any) error {
	return &exit{exitMisused, fmt.Sprintf(format, args...)}
}

// ExitCode is the exit code for what Run returned.
func ExitCode(err error) int {
	var own *exit
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &own):
		return own.code
	case errors.Is(err, runner.ErrStopped), errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitError
}

// complaint is what there is to say of an error on standard error, "" for nothing.
func (a *app) complaint(err error) string {
	var own *exit
	var damaged *store.Damaged
	switch {
	case err == nil || errors.As(err, &own) && own.text == "":
		return ""
	case errors.As(err, &damaged):
		return fmt.Sprintf("%v.  To have just this made again: %s, then %s", err, a.again("verify", "--discard"), a.again("apply"))
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return fmt.Sprintf("%v.  Make room on that disk, then: %s.  What was done is kept", err, a.again("apply"))
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return fmt.Sprintf("%v.  Give yourself the right to it, or work on a copy of the project that is yours to write", err)
	}
	return err.Error()
}

// exitCodeTable is the table in words.
func exitCodeTable() string {
	rows := make([][]string, len(exitCodes))
	for i, c := range exitCodes {
		rows[i] = []string{fmt.Sprint(c.code), c.text}
	}
	return figures.Table(rows, 1)
}
