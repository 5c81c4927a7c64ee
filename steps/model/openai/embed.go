package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"sftrun.local/steps/model"
)

// An EmbedRequest asks for the vectors of texts.
type EmbedRequest struct {
	Model      string
	Texts      []string // none empty
	Dimensions int      // numbers of a vector; 0 = the model's own
}

// Embed returns one vector of length 1 for each text, in their order, and the tokens in the texts if the server counts
// them. Errors are as with Generate. Vectors are joined to texts by the index that the server gives; one that is missing,
// or given twice, makes the whole reply unreadable, as which belongs to which text would be a guess.
func (c *Client) Embed(ctx context.Context, r EmbedRequest) ([][]float32, model.Usage, error) {
	body, err := c.post(ctx, "/embeddings", struct {
		Model      string   `json:"model"`
		Input      []string `json:"input"`
		Dimensions int      `json:"dimensions,omitempty"`
		Format     string   `json:"encoding_format"`
	}{r.Model, r.Texts, r.Dimensions, "float"})
	if err != nil {
		return nil, model.Usage{}, err
	}
	var said struct {
		Data []struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		} `json:"data"`
		Usage struct {
			In count `json:"prompt_tokens"`
		} `json:"usage"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, model.Usage{}, c.unreadable(err.Error())
	}
	u := model.Usage{In: int(said.Usage.In)}
	if len(said.Data) != len(r.Texts) {
		return nil, u, c.unreadable(fmt.Sprintf("%d vectors for %d texts", len(said.Data), len(r.Texts)))
	}
	out := make([][]float32, len(r.Texts))
	for _, d := range said.Data {
		wrong := d.Index < 0 || d.Index >= len(out) || out[d.Index] != nil || r.Dimensions > 0 && len(d.Embedding) != r.Dimensions
		if wrong || !normalise(d.Embedding) {
			return nil, u, c.unreadable(fmt.Sprintf("vector %d is given twice, empty, zero, or of another size than asked for", d.Index))
		}
		out[d.Index] = d.Embedding
	}
	return out, u, nil
}

// normalise gives a vector the length 1. It tells whether the vector has a direction at all.
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
