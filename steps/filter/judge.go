package filter

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
	"sftrun.local/steps/tokens"
)

// The reasons for which rows are dropped.
const (
	invalidMessages = "invalid messages"
	withoutBlock    = "without think block"
	severalBlocks   = "several think blocks"
	tooShort        = "too short"
	tooLong         = "too long"
)

// A verdict says that a row is dropped, for a reason and with a detail, or kept with its number of tokens.
type verdict struct {
	reason, detail string
	tokens         int
}

// A judge decides about rows.
type judge struct {
	config  config
	counter *tokens.Counter
}

func (j *judge) judge(row []byte) verdict {
	messages, err := jsonl.Messages(row)
	if err != nil {
		return verdict{reason: invalidMessages, detail: err.Error()}
	}
	if j.config.Blocks == oneBlock {
		if v := demandOneBlock(messages); v.reason != "" {
			return v
		}
	}
	blocks := thinkBlocks(messages)
	if len(blocks) == 0 && j.config.Tokens.Min > 0 {
		return verdict{reason: withoutBlock}
	}
	return j.weigh(blocks) // 0 tokens without a block, as with blank ones
}

// demandOneBlock drops a row whose last assistant message has not exactly one think block.
func demandOneBlock(messages []jsonl.Message) verdict {
	n := 0
	if last := think.LastAssistant(messages); last >= 0 {
		n = len(think.Blocks(messages[last].Content))
	}
	switch n {
	case 0:
		return verdict{reason: withoutBlock, detail: "none in the last assistant message"}
	case 1:
		return verdict{}
	}
	return verdict{reason: severalBlocks, detail: fmt.Sprintf("%d in the last assistant message", n)}
}

// thinkBlocks returns the think blocks of all assistant messages whose content is a string.
func thinkBlocks(messages []jsonl.Message) []think.Block {
	var blocks []think.Block
	for _, m := range think.Assistants(messages) {
		blocks = append(blocks, think.Blocks(m.Content)...)
	}
	return blocks
}

// weigh compares the number of tokens in the blocks with the range. It stops counting where the range ends, as the
// number is needed for kept rows only. The length in bytes spares no counting at either end: a kept row needs its number,
// a short one is soon counted, and a token can be 128 bytes long, so that no real row is too long by its bytes alone.
func (j *judge) weigh(blocks []think.Block) verdict {
	limits := j.config.Tokens
	sum := 0
	for _, b := range blocks {
		n, _ := j.counter.CountUpTo(b.Text(), limits.Max-sum)
		if sum += n; sum > limits.Max {
			return verdict{reason: tooLong, detail: "more than " + humanize.Comma(int64(limits.Max)) + " tokens"}
		}
	}
	if sum < limits.Min {
		return verdict{reason: tooShort, detail: humanize.Comma(int64(sum)) + " tokens"}
	}
	return verdict{tokens: sum}
}
