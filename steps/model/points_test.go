package model_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

const (
	struckFolder = "SFTRUN_TEST_STRUCK_FOLDER"
	struckAsked  = 24 // questions
	struckAtOnce = 4
)

// TestSendUntilStruck is the process that TestKillAtEachPointOfAPaidCall kills. Like a service that bills it writes down
// each question that reaches it.
func TestSendUntilStruck(t *testing.T) {
	root := os.Getenv(struckFolder)
	if root == "" {
		t.Skip("runs only as the child of TestKillAtEachPointOfAPaidCall")
	}
	bill, err := os.OpenFile(filepath.Join(root, "bill"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer bill.Close()
	client := newFake()
	client.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		if _, err := bill.WriteString(r.User + "\n"); err != nil {
			t.Error(err)
		}
		return echo(ctx, r)
	}
	g := place{root}.open(t, both(client))
	if err := g.Send(t.Context(), questions(t, "gemini", 0, struckAsked), steps.Sending{Workers: struckAtOnce}); err != nil {
		t.Error(err)
	}
}

// A process that pays is killed at the first pass, one in the middle and the last pass of each point. What was billed
// is stored, or told to be in doubt; only those in doubt are asked again, and they are no more than were asked at once.
func TestKillAtEachPointOfAPaidCall(t *testing.T) {
	if testing.Short() {
		t.Skip("kills many processes")
	}
	child := filepath.Join(t.TempDir(), "child")
	if out, err := exec.Command("go", "test", "-c", "-tags", "faults", "-o", child, "sftrun.local/steps/model").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tally := filepath.Join(t.TempDir(), "tally")
	if err := sendIn(child, t.TempDir(), "FAULT_TALLY="+tally); err != nil {
		t.Fatal(err)
	}
	passes := map[string]int{}
	for _, point := range lines(t, tally) {
		passes[point]++
	}
	for _, point := range []string{"question: intended", "question: answered", "question: stored", "ledger: segment created", "object: linked", "index: complete"} {
		if passes[point] == 0 {
			t.Errorf("%q is not passed", point)
		}
	}
	struck := 0
	for _, point := range slices.Sorted(maps.Keys(passes)) {
		last := passes[point]
		for _, n := range slices.Compact([]int{1, (last + 1) / 2, last}) {
			here := place{t.TempDir()}
			if sendIn(child, here.root, fmt.Sprintf("FAULT_KILL=%s#%d", point, n)) != nil {
				struck++ // how often answers are grouped differs, so that some process may end before
			}
			checkBill(t, here, fmt.Sprintf("killed at %s %d of %d", point, n, last))
		}
	}
	if struck < len(passes) {
		t.Errorf("only %d processes were killed at %d points", struck, len(passes))
	}
}

func sendIn(child, folder, variable string) error {
	cmd := exec.Command(child, "-test.run=^TestSendUntilStruck$")
	cmd.Env = append(os.Environ(), struckFolder+"="+folder, variable)
	return cmd.Run()
}

// lines of a file that may not be there.
func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func checkBill(t *testing.T, here place, what string) {
	t.Helper()
	billed := map[string]bool{}
	for _, q := range lines(t, filepath.Join(here.root, "bill")) {
		if billed[q] {
			t.Errorf("%s: %s was asked twice by one process", what, q)
		}
		billed[q] = q != ""
	}
	delete(billed, "")
	client := newFake()
	g := here.open(t, both(client))
	known := map[string]bool{}
	for i := range struckAsked {
		if _, err := g.Lookup(t.Context(), question(t, ask("gemini", i))); err == nil {
			known[ask("gemini", i).User] = true
		}
	}
	doubt, err := g.InDoubt(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for q := range billed {
		if !known[q] {
			lost++
		}
	}
	if lost > doubt || doubt > struckAtOnce {
		t.Errorf("%s: %d answers were billed and are lost, %d are told to be in doubt, at most %d were asked at once", what, lost, doubt, struckAtOnce)
	}
	if err := g.Send(t.Context(), questions(t, "gemini", 0, struckAsked), steps.Sending{Workers: struckAtOnce}); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for i := range struckAsked {
		q := ask("gemini", i).User
		if again := client.billed[q]; known[q] != (again == 0) || again > 1 {
			t.Errorf("%s: %s was known: %v, and was asked %d times", what, q, known[q], again)
		}
	}
	if doubt, err := g.InDoubt(t.Context()); doubt != 0 || err != nil {
		t.Errorf("%s: in the end %d are in doubt, %v", what, doubt, err)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}
