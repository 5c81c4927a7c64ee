package gemini

import (
	"context"
	"fmt"
	"math"

	"google.golang.org/genai"

	"sftrun.local/steps/model"
)

// An EmbedRequest asks for the vectors of texts.
type EmbedRequest struct {
	Model      string   // "gemini-embedding-001"
	Texts      []string // none empty; at most Client.MostTexts
	TaskType   string   // "CLUSTERING"; "" = none. gemini-embedding-2 wants a prefix before each text instead
	Dimensions int      // numbers of a vector; 0 = the model's own
}

// embedSettings are those of an EmbedRequest, for Client.answered.
type embedSettings struct {
	model, taskType string
	dimensions      int
}

// mostTexts is how many texts batchEmbedContents takes at once.
const mostTexts = 100

// MostTexts is how many texts can be embedded in one call: 100 with the Gemini API, 1 on Vertex AI.
func (c *Client) MostTexts() int {
	if c.opt.Provider == Gemini {
		return mostTexts
	}
	return 1
}

// Embed returns one vector of length 1 for each text, in their order, and the tokens in the texts if the service counts
// them. Asked once; on errors see Generate. A reply with another number of vectors is Unreadable as a whole: which belongs
// to which text would be a guess.
func (c *Client) Embed(ctx context.Context, r EmbedRequest) ([][]float32, model.Usage, error) {
	if len(r.Texts) == 0 || len(r.Texts) > c.MostTexts() {
		return nil, model.Usage{}, fmt.Errorf("provider %s embeds 1 to %d texts a call, not %d", c.opt.Provider, c.MostTexts(), len(r.Texts))
	}
	config := &genai.EmbedContentConfig{TaskType: r.TaskType}
	if r.Dimensions > 0 {
		config.OutputDimensionality = genai.Ptr(int32(r.Dimensions))
	}
	var contents []*genai.Content
	for _, text := range r.Texts {
		contents = append(contents, genai.NewContentFromText(text, genai.RoleUser))
	}
	var resp *genai.EmbedContentResponse
	err := c.guard(ctx, func(ctx context.Context) (err error) {
		resp, err = c.sdk.Models.EmbedContent(ctx, r.Model, contents, config)
		return err
	})
	settings := embedSettings{r.Model, r.TaskType, r.Dimensions}
	if err != nil {
		return nil, model.Usage{}, c.onlyThis(settings, err)
	}
	c.answered.Store(settings, true)
	return c.vectors(r, resp)
}

func (c *Client) vectors(r EmbedRequest, resp *genai.EmbedContentResponse) (out [][]float32, u model.Usage, err error) {
	if len(resp.Embeddings) != len(r.Texts) {
		return nil, u, c.unreadable(fmt.Sprintf("%d vectors for %d texts", len(resp.Embeddings), len(r.Texts)))
	}
	for i, e := range resp.Embeddings {
		if e == nil || r.Dimensions > 0 && len(e.Values) != r.Dimensions || !normalise(e.Values) {
			return nil, u, c.unreadable(fmt.Sprintf("vector %d is empty, zero, or of another size than asked for", i+1))
		}
		if e.Statistics != nil {
			u.In += int(e.Statistics.TokenCount)
		}
		out = append(out, e.Values)
	}
	return out, u, nil
}

// normalise gives a vector the length 1, which those of less than the model's own size do not have. It tells whether the
// vector has a direction at all.
func normalise(v []float32) bool {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		return false
	}
	scale := 1 / math.Sqrt(sum)
	for i := range v {
		v[i] = float32(float64(v[i]) * scale)
	}
	return true
}
