package cli

import (
	"errors"
	"testing"

	"sftrun.local/runner"
)

// Ctrl-C is no complaint, but that what was done could not be recorded is one.
func TestAStoppedApplyThatWasNotRecordedSaysSo(t *testing.T) {
	a := &app{}
	if err := endOf(&runner.Report{}, runner.ErrStopped); ExitCode(err) != exitInterrupted || a.complaint(err) != "" {
		t.Errorf("stopped: exit %d, %q", ExitCode(err), a.complaint(err))
	}
	err := endOf(&runner.Report{}, &runner.UnkeptError{Cause: runner.ErrStopped, End: errors.New("record the run: no room left")})
	if want := "stopped.  Then also: record the run: no room left"; ExitCode(err) != exitInterrupted || a.complaint(err) != want {
		t.Errorf("not recorded: exit %d, %q", ExitCode(err), a.complaint(err))
	}
}
