package transform

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// meta is what publication adds to every row of a step, rewritten or not, under "transform_meta". All its fields are
// always there, null where there is nothing to say, so that the rows can be read as one table.
type meta struct {
	Model            string  `json:"model"`
	Mode             string  `json:"mode"` // provider
	Batch            bool    `json:"batch"`
	MaxOutputTokens  int     `json:"max_output_tokens"`
	ThinkingLevel    *string `json:"thinking_level"`
	Temperature      float64 `json:"temperature"`
	SystemPromptPath string  `json:"system_prompt_path"`
	UserPromptPath   string  `json:"user_prompt_path"`
	making
}

// making is what is known of the making of one row. Where a row has several blocks, numbers are sums, and texts that
// differ are joined.
type making struct {
	SourceBatch   *string  `json:"source_batch"`   // batch job
	ModelVersion  *string  `json:"model_version"`  // as the service gave it
	ThinkBlocks   *int     `json:"think_blocks"`   // rewritten
	InputTokens   *int     `json:"input_tokens"`   // as billed
	OutputTokens  *int     `json:"output_tokens"`  // as billed, without thinking
	ThoughtTokens *int     `json:"thought_tokens"` // as billed
	CostUSD       *float64 `json:"cost_usd"`
	WordsKept     *float64 `json:"words_kept"` // share of the words of the original that the exec sections hold, 0 to 1
}

// meta returns what is known of every row of the step.
func (c *config) meta() meta {
	return meta{
		Model: c.Model.Name, Mode: c.Model.Provider, Batch: c.Model.Batch,
		MaxOutputTokens: c.Model.MaxOutputTokens, ThinkingLevel: textOrNull(c.Model.ThinkingLevel),
		Temperature:      c.Model.Temperature,
		SystemPromptPath: c.Prompts.System.Path, UserPromptPath: c.Prompts.User.Path,
	}
}

// notes gather what happens to one row.
type notes struct {
	rewritten, blank int // think blocks
	words, kept      int
	usage            model.Usage
	how              []model.Provenance // of each answer for which it is known
}

// add notes that a block was rewritten.
func (n *notes) add(original, reply string, a model.Answer, provenance json.RawMessage) error {
	n.rewritten++
	words, kept := wordsKept(original, reply)
	n.words += words
	n.kept += kept
	n.usage.In += a.Usage.In
	n.usage.Out += a.Usage.Out
	n.usage.Thought += a.Usage.Thought
	if provenance == nil {
		return nil
	}
	var p model.Provenance
	if err := json.Unmarshal(provenance, &p); err != nil {
		return fmt.Errorf("read provenance of an answer: %w", err)
	}
	n.how = append(n.how, p)
	return nil
}

// share is the share of a row's words that were kept, to four digits; 1 if there were none.
func (n *notes) share() float64 {
	if n.words == 0 {
		return 1
	}
	return math.Round(float64(n.kept)/float64(n.words)*1e4) / 1e4
}

// provenance returns what is known of the row. Who answered, and whether in a batch, takes the place of what the
// config says, because an answer may have been paid for under another one.
func (n *notes) provenance() []byte {
	share := n.share()
	row := struct {
		Mode  string `json:"mode,omitempty"`
		Batch *bool  `json:"batch,omitempty"`
		making
	}{making: making{
		ThinkBlocks: &n.rewritten, InputTokens: &n.usage.In, OutputTokens: &n.usage.Out,
		ThoughtTokens: &n.usage.Thought, WordsKept: &share,
	}}
	if n.how != nil {
		row.Mode = n.each(func(p model.Provenance) string { return p.Provider })
		row.SourceBatch = textOrNull(n.each(func(p model.Provenance) string { return p.Job }))
		row.ModelVersion = textOrNull(n.each(func(p model.Provenance) string { return p.Version }))
		batch, cost := false, 0.0
		for _, p := range n.how {
			batch = batch || p.Batch
			cost += p.CostUSD
		}
		row.Batch, row.CostUSD = &batch, &cost
	}
	return steps.Encode(row)
}

// each joins a text of all answers, each different one once.
func (n *notes) each(text func(model.Provenance) string) string {
	var all []string
	for _, p := range n.how {
		if t := text(p); t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return strings.Join(all, ", ")
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
