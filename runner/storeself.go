package runner

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sftrun.local/runner/store/lease"
)

// selfFile, within the state of a project, notes under which IDs its processes took leases. Who holds the lock of the
// project knows that all earlier ones have ended, so that nobody waits for what a kill has left. A note is bound to the
// machine and to the file of the lock, as a copy of the project may be worked on elsewhere meanwhile.
const selfFile = "leases"

// keptSelves is how many IDs are noted: as many processes may be killed one after the other.
const keptSelves = 8

// selfOf makes a new ID for the process that holds the lock of a project, and notes it before it is used.
func selfOf(state string) (lease.Self, error) {
	self := lease.Self{ID: rand.Text()}
	if state == "" {
		return self, nil
	}
	mark, err := markOf(state)
	if err != nil {
		return self, err
	}
	path := filepath.Join(state, selfFile)
	text, _ := os.ReadFile(path) // what cannot be read is not known
	for line := range strings.Lines(string(text)) {
		if noted, id, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok && noted == mark && id != "" {
			self.Dead = append(self.Dead, id)
		}
	}
	self.Dead = self.Dead[max(0, len(self.Dead)-keptSelves+1):]
	lines := ""
	for _, id := range append(self.Dead[:len(self.Dead):len(self.Dead)], self.ID) {
		lines += mark + "\t" + id + "\n"
	}
	return self, replaceFile(path, []byte(lines))
}

// markOf a project's state on this machine.
func markOf(state string) (string, error) {
	info, err := os.Stat(filepath.Join(state, lockFile))
	if err != nil {
		return "", err
	}
	host, err := os.Hostname()
	return fmt.Sprintf("%s %d", host, stampOf(info).Inode), err
}
