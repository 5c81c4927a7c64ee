package cli

import (
	"context"

	"github.com/spf13/cobra"

	"sftrun.local/schema"
)

const graphAbout = `Draws the steps of the pipeline: under each the steps that take its rows, with their kinds and the files that they
publish. A step with several inputs stands once, under the last of them, and names them all; so does one that takes
another stream than rows.

It needs no data and no run, and writes nothing.`

func (a *app) graphCommand() *cobra.Command {
	var mermaid bool
	c := &cobra.Command{
		Use: "graph", Short: "draw the steps and what they take from each other", Long: graphAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun graph\n  sftrun graph --variant midlength\n  sftrun graph --mermaid > steps.mmd      a flowchart for Markdown pages and pull requests",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.graph(cmd.Context(), cmd, mermaid) },
	}
	c.Flags().BoolVar(&mermaid, "mermaid", false, "write a flowchart in the language of Mermaid")
	return c
}

func (a *app) graph(ctx context.Context, cmd *cobra.Command, mermaid bool) error {
	if mermaid && a.json {
		return misuse("--mermaid and --json: give one of them")
	}
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	switch {
	case a.json:
		return p.printJSON(graphOf(p.pipeline))
	case mermaid:
		p.print(mermaidOf(p.pipeline.Steps))
	default:
		p.printf("%s   %s\n\n%s", p.pipeline.Name, p.sources(), graphText(p.pipeline.Steps))
	}
	return nil
}

// graphView is what --json shows.
type graphView struct {
	Pipeline string      `json:"pipeline"`
	Variant  string      `json:"variant,omitempty"`
	Steps    []graphStep `json:"steps"`
}

type graphStep struct {
	Name    string       `json:"name"`
	Kind    string       `json:"kind"`
	Inputs  []graphInput `json:"inputs"`
	Publish string       `json:"publish"` // "" if it publishes nothing
}

type graphInput struct {
	Field  string `json:"field"`
	Step   string `json:"step"`
	Stream string `json:"stream"`
}

func graphOf(p *schema.Pipeline) graphView {
	v := graphView{Pipeline: p.Name, Variant: p.Variant, Steps: []graphStep{}}
	for _, s := range p.Steps {
		step := graphStep{Name: s.Name, Kind: s.Kind, Inputs: []graphInput{}, Publish: s.Publish}
		for _, in := range s.Inputs {
			step.Inputs = append(step.Inputs, graphInput(in))
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}
