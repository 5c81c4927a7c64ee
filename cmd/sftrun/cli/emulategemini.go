package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/steps/model/geminitest"
)

const emulateGeminiAbout = `Answers as the Gemini API and Vertex AI do, on this machine alone, until Ctrl-C: single requests, batch jobs with their
files, embeddings. Answers are made up from the request, always the same for the same one. Any key will do.

It counts what the real service would bill, and says so at the end; GET /emulator/bill tells it meanwhile. What it knows
lies in --dir, so that it can be stopped and started again.

With --faults 0.2 every fifth request goes wrong in one of the ways that pass: 429, 5xx, an HTML page, a connection that
breaks before or after the answer was billed, half an answer. Which ones do depends on --seed. A plan of faults in a JSON
file can do all that was seen to go wrong:

  {"seed": 1, "rules": [{"call": "generate", "faults": ["MAX_TOKENS"], "rate": 0.1}, {"call": "job", "faults": ["stuckRunning"], "nth": [1]}]}`

type emulateGeminiFlags struct {
	dir, address, faults string
	seed                 uint64
	requests, tokens     int
	run                  time.Duration
}

func (a *app) emulateGeminiCommand() *cobra.Command {
	var f emulateGeminiFlags
	c := &cobra.Command{
		Use: "gemini", Short: "answer as the Gemini API and Vertex AI do", Long: emulateGeminiAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun emulate gemini --dir rehearsal --address 127.0.0.1:4001 --faults 0.2\n  export GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4001 GEMINI_API_KEY=any        in another terminal\n  sftrun apply",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.emulateGemini(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.dir, "dir", "", "folder for its state; made if it is not there")
	c.Flags().StringVar(&f.address, "address", "127.0.0.1:0", "where to serve, on this machine; port 0 takes a free one")
	c.Flags().StringVar(&f.faults, "faults", "", "share of requests that go wrong, 0 to 1, or the JSON file of a plan")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "which requests go wrong")
	c.Flags().IntVar(&f.requests, "requests-per-minute", 0, "more are answered with 429 (0 = any number)")
	c.Flags().IntVar(&f.tokens, "tokens-per-minute", 0, "more are answered with 429 (0 = any number)")
	c.Flags().DurationVar(&f.run, "job-time", 500*time.Millisecond, "how long a batch job runs")
	return c
}

func (a *app) emulateGemini(ctx context.Context, f emulateGeminiFlags) error {
	if f.dir == "" {
		return misuse("emulate gemini needs a folder for its state: --dir DIR  (sftrun help emulate gemini)")
	}
	plan, err := faultsOf(f.faults, f.seed)
	if err != nil {
		return err
	}
	ctx, done := endedByCtrlC(ctx)
	defer done()
	s, err := geminitest.Start(geminitest.Options{
		Dir: f.dir, Address: f.address, Faults: plan, Jobs: geminitest.Jobs{Run: f.run},
		Limits: geminitest.Limits{RequestsPerMinute: f.requests, TokensPerMinute: f.tokens},
	})
	if err != nil {
		return err
	}
	a.printf("Answering as the Gemini API and Vertex AI until Ctrl-C.  In another terminal:\n\n"+
		"export GOOGLE_GEMINI_BASE_URL=%[1]s GOOGLE_VERTEX_BASE_URL=%[1]s GEMINI_API_KEY=any\n", s.URL())
	<-ctx.Done()
	a.printf("\n%s\n", billText(s.Bill()))
	return s.Close()
}

// billText says what the real service would have billed.
func billText(b geminitest.Bill) string {
	text := fmt.Sprintf("Google would have billed %s, $%s", figures.Of(b.Sync.Requests+b.Batch.Requests, "request"), figures.USD(b.USD()))
	if lost := b.Sync.Lost + b.Batch.Lost; lost > 0 {
		text += fmt.Sprintf("; the answers to %s of them were lost on purpose", figures.Count(lost))
	}
	if twice := len(b.PaidTwice()); twice > 0 {
		text += fmt.Sprintf("; %s were billed more than once though answered", figures.Count(twice))
	}
	return text + "."
}

// passing are the faults of single requests that asking again mends.
var passing = []geminitest.Fault{
	geminitest.QuotaPlain, geminitest.Internal, geminitest.Unavailable, geminitest.HTMLError, geminitest.Reset,
	geminitest.LoseReply, geminitest.CutBody, geminitest.Garbage,
}

// faultsOf is the plan that --faults stands for: a share of all requests, or a file.
func faultsOf(faults string, seed uint64) (geminitest.Plan, error) {
	if faults == "" {
		return geminitest.Plan{}, nil
	}
	rate, err := strconv.ParseFloat(faults, 64)
	if err != nil {
		return geminitest.ReadPlan(faults)
	}
	if rate < 0 || rate > 1 {
		return geminitest.Plan{}, misuse("--faults %v: give a share from 0 to 1, or the file of a plan", faults)
	}
	if rate == 0 {
		return geminitest.Plan{}, nil
	}
	return geminitest.Plan{Seed: seed, Rules: []geminitest.Rule{{Call: geminitest.Generate, Faults: passing, Rate: rate}}}, nil
}
