//go:build faults

package fault

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// The environment of a process that is to be killed, or watched.
const (
	// Kill names the pass at which the process ends: "object: linked#3" is the third of that point, "#57" the 57th of
	// all.
	Kill = "FAULT_KILL"
	// Tally is a file to which the name of each point is added when it is passed, one a line.
	Tally = "FAULT_TALLY"
)

var passes struct {
	sync.Mutex
	all   int
	named map[string]int
}

// Point marks an instant at which a test may kill the process. If this pass is the one that the environment names, it
// does not return.
func Point(name string) {
	passes.Lock()
	defer passes.Unlock()
	if passes.named == nil {
		passes.named = map[string]int{}
	}
	passes.all++
	passes.named[name]++
	note(name)
	point, pass, ok := strings.Cut(os.Getenv(Kill), "#")
	n, err := strconv.Atoi(pass)
	if !ok || err != nil {
		return
	}
	if point == name && passes.named[name] == n || point == "" && passes.all == n {
		end()
	}
}

// end kills the process as nothing inside it can prevent: no deferred call, no flush.
func end() {
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fault: the process cannot kill itself:", err)
		os.Exit(99)
	}
	select {}
}

func note(name string) {
	path := os.Getenv(Tally)
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(f, name)
		f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fault: the tally cannot be kept:", err)
		os.Exit(99)
	}
}
