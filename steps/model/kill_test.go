package model_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

const killedFolder = "SFTRUN_TEST_KILLED_FOLDER"

// TestSendUntilKilled is the process that TestKill kills: it prints the number of each question that it was told is
// answered.
func TestSendUntilKilled(t *testing.T) {
	root := os.Getenv(killedFolder)
	if root == "" {
		t.Skip("runs only as the child of TestKill")
	}
	g := place{root}.open(t, both(newFake()))
	number := map[string]int{}
	for i := range 5000 {
		number[ask("gemini", i).Key()] = i
	}
	err := g.Send(t.Context(), questions(t, "gemini", 0, 5000), steps.Sending{Workers: 8, Sent: func(s steps.Sent) {
		if s.USD > 0 {
			fmt.Println(number[s.Key])
		}
	}})
	t.Log(err)
}

// Whatever Sent told before a kill -9 is found afterwards, by the same index and by a new one, and is not asked again.
func TestKill(t *testing.T) {
	here := place{t.TempDir()}
	told := map[int]bool{}
	for round := range 4 {
		for _, i := range sendAndKill(t, here, 40+70*round) {
			if told[i] {
				t.Fatalf("round %d: question %d was paid for twice", round, i)
			}
			told[i] = true
		}
		here.openWith(t, model.Options{ReadOnly: true})
	}
	if len(told) == 0 {
		t.Fatal("nothing was answered before the kills")
	}
	same := here.open(t, both(newFake()))
	for i := range told {
		wantReply(t, same, ask("gemini", i))
	}
	if err := same.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(here.root + "/ledger.sqlite"); err != nil {
		t.Fatal(err)
	}
	anew := here.open(t, nil)
	for i := range told {
		wantReply(t, anew, ask("gemini", i))
	}
}

// sendAndKill returns what a process was told until it was killed, after so many answers.
func sendAndKill(t *testing.T, here place, after int) (told []int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestSendUntilKilled$")
	child.Env = append(os.Environ(), killedFolder+"="+here.root)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var i int
		if _, err := fmt.Sscan(lines.Text(), &i); err != nil {
			continue
		}
		if told = append(told, i); len(told) == after {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Log("the process ended before it was killed")
	}
	return told
}
