package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner/outside/hubtest"
)

const emulateAbout = `Emulators of services that sftrun works with, for rehearsals on this machine: nothing leaves it.`

func (a *app) emulateCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "emulate", Short: "rehearse against a service on this machine", Long: emulateAbout, Args: noSuchPart,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(a.emulateHubCommand(), a.emulateGeminiCommand())
	return c
}

const emulateHubAbout = `Serves a folder of datasets as the Hugging Face Hub does, on this machine alone, until Ctrl-C.

  DIR/OWNER/NAME/...        the files of the dataset OWNER/NAME, on its branch main
  DIR/OWNER/NAME@REVISION/  those of another branch or tag, %2F for a slash in its name
  DIR/OWNER/NAME/.hub.json  who may read it: {"private": true} or {"gated": true}, and {"allow": ["TOKEN"]}

A commit is a digest of paths and bytes: change a file, and main has moved. With --faults 0.2 every fifth answer goes
wrong in one of the ways that real ones do: 429 and 5xx, reset connections, short and wrong ranges, signatures that
have run out. Which ones do depends on --seed.`

type emulateHubFlags struct {
	dir, address string
	tokens       []string
	faults       float64
	seed         uint64
}

func (a *app) emulateHubCommand() *cobra.Command {
	var f emulateHubFlags
	c := &cobra.Command{
		Use: "hub", Short: "serve a folder of datasets as the Hugging Face Hub does", Long: emulateHubAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  mkdir -p hub/me/traces && cp train-*.parquet hub/me/traces/\n  sftrun emulate hub --dir hub --address 127.0.0.1:4000 --faults 0.2\n  HF_ENDPOINT=http://127.0.0.1:4000 sftrun plan        in another terminal; pipeline.cue has from: \"hf://me/traces\"",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.emulateHub(cmd.Context(), f) },
	}
	c.Flags().StringVar(&f.dir, "dir", "", "folder of datasets")
	c.Flags().StringVar(&f.address, "address", "127.0.0.1:0", "where to serve, on this machine; port 0 takes a free one")
	c.Flags().StringArrayVar(&f.tokens, "token", nil, "a token that is valid; may be repeated")
	c.Flags().Float64Var(&f.faults, "faults", 0, "share of answers that go wrong, 0 to 1")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "which answers go wrong")
	return c
}

func (a *app) emulateHub(ctx context.Context, f emulateHubFlags) error {
	if f.dir == "" {
		return misuse("emulate hub needs the folder of the datasets: --dir DIR  (sftrun help emulate hub)")
	}
	if f.faults < 0 || f.faults > 1 {
		return misuse("--faults %v: give a share from 0 to 1", f.faults)
	}
	ctx, done := endedByCtrlC(ctx)
	defer done()
	h, err := hubtest.Start(hubtest.Options{Dir: f.dir, Address: f.address, Tokens: f.tokens, Rate: f.faults, Seed: f.seed})
	if err != nil {
		return err
	}
	defer h.Close()
	a.printf("Serving %s as the Hugging Face Hub until Ctrl-C.  In another terminal:\n\nexport HF_ENDPOINT=%s\n", f.dir, h.URL())
	<-ctx.Done()
	a.printf("\n%s\n", servedText(h.Total()))
	return nil
}

// servedText says how much a client had of the emulator, which is what the real service would have sent.
func servedText(n hubtest.Count) string {
	text := fmt.Sprintf("Served %s in answer to %s", figures.Size(n.Bytes), figures.Of(n.Requests+n.Resolves, "request"))
	if n.Faults > 0 {
		text += fmt.Sprintf(", %s of which went wrong on purpose", figures.Count(n.Faults))
	}
	return text + "."
}
