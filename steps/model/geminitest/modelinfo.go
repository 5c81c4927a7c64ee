package geminitest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// modelInfo is what the emulator knows of a model. It has its own table of prices, so that its bill is a second opinion.
type modelInfo struct {
	Name     string   `json:"name"`
	Levels   []string `json:"levels"` // of thinking
	Budget   bool     `json:"budget"` // thinks by a budget in tokens, not by levels
	Embeds   bool     `json:"embeds"`
	Unit     bool     `json:"unit"`     // vectors have length 1 however short they are
	In       float64  `json:"in"`       // USD per million tokens of prompts
	Out      float64  `json:"out"`      // of answers and thinking
	LongFrom int      `json:"longFrom"` // prompts longer than that
	LongIn   float64  `json:"longIn"`   // have this price
	LongOut  float64  `json:"longOut"`  // and this one
}

// models.json lists models and prices as gathered in October and November 2026.
//
//go:embed models.json
var modelTable []byte

var allModels = sync.OnceValue(func() []modelInfo {
	var all []modelInfo
	if err := json.Unmarshal(modelTable, &all); err != nil {
		panic("the emulator's own table of models: " + err.Error())
	}
	return all
})

func modelNamed(name string) (modelInfo, bool) {
	i := slices.IndexFunc(allModels(), func(m modelInfo) bool { return m.Name == name })
	if i < 0 {
		return modelInfo{}, false
	}
	return allModels()[i], true
}

// usd is what so many tokens cost.
func (m modelInfo) usd(in, out int, batch bool) float64 {
	priceIn, priceOut := m.In, m.Out
	if m.LongFrom > 0 && in > m.LongFrom {
		priceIn, priceOut = m.LongIn, m.LongOut
	}
	usd := (float64(in)*priceIn + float64(out)*priceOut) / 1e6
	if batch {
		return usd / 2
	}
	return usd
}

// models gets one model, or lists all.
func (s *Server) models(q *request) {
	s.run(q, q.model, q.model, func() (reply, *refusal) {
		if q.model != "" {
			m, ok := modelNamed(q.model)
			if !ok {
				return reply{}, notFound(q.asked)
			}
			return reply{body: m.describe(q.asked)}, nil
		}
		from, to, next, f := page(q.r, len(allModels()))
		if f != nil {
			return reply{}, f
		}
		list := []any{}
		for _, m := range allModels()[from:to] {
			list = append(list, m.describe(q.asked))
		}
		name := "models"
		if q.vertex {
			name = "publisherModels"
		}
		return reply{body: listing(name, list, next)}, nil
	})
}

func (m modelInfo) describe(a asked) any {
	if a.vertex {
		return map[string]any{"name": "publishers/google/models/" + m.Name, "versionId": "default", "displayName": m.Name}
	}
	does := []string{"generateContent", "countTokens", "createCachedContent", "batchGenerateContent"}
	if m.Embeds {
		does = []string{"embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"}
	}
	return map[string]any{
		"name": "models/" + m.Name, "version": "001", "displayName": m.Name, "inputTokenLimit": 1048576, "outputTokenLimit": 65536,
		"supportedGenerationMethods": does, "temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2, "thinking": !m.Embeds,
	}
}

// page reads which part of a listing of n entries is asked for.
func page(r *http.Request, n int) (from, to int, next string, f *refusal) {
	count := defaultPage
	if s := r.URL.Query().Get("pageSize"); s != "" {
		if _, err := fmt.Sscan(s, &count); err != nil || count < 0 {
			return 0, 0, "", badRequest("Invalid value at 'page_size'")
		}
	}
	if token := r.URL.Query().Get("pageToken"); token != "" {
		rest, ok := strings.CutPrefix(token, "from-")
		if _, err := fmt.Sscan(rest, &from); !ok || err != nil || from < 0 || from > n {
			return 0, 0, "", badRequest("Page token is invalid.")
		}
	}
	if count == 0 {
		count = defaultPage
	}
	if to = min(from+count, n); to < n {
		next = fmt.Sprintf("from-%d", to)
	}
	return from, to, next, nil
}

func listing(name string, entries []any, next string) map[string]any {
	body := map[string]any{}
	if len(entries) > 0 {
		body[name] = entries
	}
	if next != "" {
		body["nextPageToken"] = next
	}
	return body
}
