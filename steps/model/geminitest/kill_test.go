package geminitest_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
)

// The test binary is the emulator itself when this variable names a folder and an address.
const asEmulator = "GEMINITEST_SERVE"

// TestServe is no test but the process that TestKilledEmulator kills.
func TestServe(t *testing.T) {
	dir, address, ok := strings.Cut(os.Getenv(asEmulator), "|")
	if !ok {
		t.Skip("only as the emulator of TestKilledEmulator")
	}
	s := start(t, geminitest.Options{Dir: dir, Address: address, Jobs: geminitest.Jobs{Queue: time.Millisecond, Run: 20 * time.Millisecond}})
	fmt.Println(s.URL())
	time.Sleep(time.Minute)
}

// serve starts the emulator as a process, and returns its address and what kills it.
func serve(t *testing.T, dir, address string) (url string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestServe$")
	cmd.Env = append(os.Environ(), asEmulator+"="+dir+"|"+address)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() { cmd.Process.Kill(); cmd.Wait() }
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the emulator did not start: %v", err)
	}
	return strings.TrimSpace(line), kill
}

// The emulator is killed again and again while a client asks and makes jobs. In the end every answer that arrived is on
// the bill, every job that was made has its rows, each billed once, and what was billed without having arrived is at most
// what was under way when it was killed.
func TestKilledEmulator(t *testing.T) {
	kills := 6
	if testing.Short() {
		kills = 2
	}
	dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 2))
	url, kill := serve(t, dir, "127.0.0.1:0")
	address := strings.TrimPrefix(url, "http://")
	arrived, made := 0, []string{}
	for round := range kills {
		client := gemini(t, url, apiKey)
		dead := make(chan bool)
		go func() {
			time.Sleep(time.Duration(5+random.IntN(150)) * time.Millisecond)
			kill()
			close(dead)
		}()
		for i := 0; ; i++ {
			if _, err := say(client, t.Context(), prompt(1000*round+i)); err != nil {
				break
			}
			arrived++
			job, err := trySend(t.Context(), client, fmt.Sprint(round, "-", i), lines(20))
			if err != nil {
				break
			}
			made = append(made, job.Name)
		}
		<-dead
		url, kill = serve(t, dir, address)
	}
	client := gemini(t, url, apiKey)
	for _, name := range made {
		job := get(t, client, name)
		for job.State != genai.JobStateSucceeded {
			time.Sleep(5 * time.Millisecond)
			job = get(t, client, name)
		}
	}
	kill()
	s := start(t, geminitest.Options{Dir: dir, Jobs: geminitest.Jobs{Queue: time.Millisecond, Run: time.Millisecond}})
	b := s.Bill()
	if n := b.Sync.Requests; n < arrived || n > arrived+kills {
		t.Errorf("%d answers arrived, %d are billed", arrived, n)
	}
	byJob := map[string]int{}
	if err := s.Charges(func(c geminitest.Charge) error {
		if c.Job != "" {
			byJob[c.Job]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, name := range made {
		if byJob[name] != 20 {
			t.Errorf("%s: %d rows billed, want 20", name, byJob[name])
		}
	}
	if len(byJob) > len(made)+kills {
		t.Errorf("%d jobs are billed, %d were made", len(byJob), len(made))
	}
	if len(made) == 0 {
		t.Error("no job was made: the emulator was killed too soon")
	}
}
