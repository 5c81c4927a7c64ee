package geminitest

import (
	"encoding/json"
	"math"
	"strings"
	"unicode"
)

// Embeddings are vectors of up to 3,072 numbers in which texts that share words are near each other.
const wholeVector = 3072

// toEmbed is one text.
type toEmbed struct {
	text string
	dims int
	hash string
	in   int // tokens
}

// embed answers the three ways to ask for vectors: batchEmbedContents of the Gemini API, and predict and embedContent.
func (s *Server) embed(q *request) {
	as := dialect(q.asked)
	shape := map[string]shape{"batchEmbedContents": as.batchEmbed, "predict": as.predict, "embedContent": as.embed}[q.verb]
	v, f := s.readBody(q, shape)
	var texts []toEmbed
	if f == nil {
		texts, f = s.textsIn(q.asked, v)
	}
	all, tokens := "", 0
	for _, t := range texts {
		all += t.text + "\n"
		tokens += t.in
	}
	s.run(q, hashOf(q.model, v), all, func() (reply, *refusal) {
		if f != nil {
			return reply{}, f
		}
		if f := s.limits.pass(q.asked, q.owner, tokens, s.clock.now()); f != nil {
			return reply{}, f
		}
		var charges []Charge
		for _, t := range texts {
			charges = append(charges, t.charge(q.model, false))
		}
		if q.throw.fault == CountMismatch {
			texts = texts[:len(texts)-1]
		}
		return reply{body: vectors(q.asked, texts), charges: charges, load: tokens}, nil
	})
}

func (t toEmbed) charge(model string, batch bool) Charge {
	m, _ := modelNamed(model)
	return Charge{Hash: t.hash, Model: model, In: t.in, USD: m.usd(t.in, 0, batch)}
}

// textsIn reads what is to be embedded.
func (s *Server) textsIn(a asked, v map[string]any) ([]toEmbed, *refusal) {
	list := []any{v}
	switch a.verb {
	case "batchEmbedContents":
		list, _ = v["requests"].([]any)
	case "predict":
		list, _ = v["instances"].([]any)
	}
	if len(list) == 0 {
		return nil, badRequest("* BatchEmbedContentsRequest.requests: requests must not be empty\n")
	}
	if len(list) > maxTexts {
		return nil, badRequest("* BatchEmbedContentsRequest.requests: at most %d requests can be in one batch\n", maxTexts)
	}
	var texts []toEmbed
	for _, one := range list {
		m, _ := one.(map[string]any)
		t, f := oneText(a, m, v)
		if f != nil {
			return nil, f
		}
		texts = append(texts, t)
	}
	return texts, nil
}

// oneText reads one text; on Vertex AI, the size of the vector stands beside it.
func oneText(a asked, m, around map[string]any) (toEmbed, *refusal) {
	known, ok := modelNamed(a.model)
	if !ok || !known.Embeds {
		return toEmbed{}, notFound(a)
	}
	if name, ok := m["model"].(string); ok && name != "models/"+a.model {
		return toEmbed{}, badRequest("* BatchEmbedContentsRequest.requests[0].model: unexpected model name format\n")
	}
	t := toEmbed{dims: wholeVector, hash: hashOf(a.model, m)}
	var err error
	switch text, isText := m["content"].(string); {
	case isText:
		t.text = text
	default:
		t.text, err = textOf(m["content"])
	}
	if err != nil || t.text == "" {
		return toEmbed{}, badRequest("content is empty")
	}
	for _, from := range []any{m["outputDimensionality"], inside(around, "parameters"), inside(around, "embedContentConfig")} {
		if n, ok := from.(json.Number); ok {
			d, err := n.Int64()
			if err != nil || d < 1 || d > wholeVector {
				return toEmbed{}, badRequest("output_dimensionality must be from 1 to %d", wholeVector)
			}
			t.dims = int(d)
		}
	}
	t.in = min(tokensIn(t.text), maxEmbedIn)
	return t, nil
}

func inside(m map[string]any, field string) any {
	inner, _ := m[field].(map[string]any)
	return inner["outputDimensionality"]
}

func textOf(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	var t turn
	err = json.Unmarshal(text, &t)
	return t.text(), err
}

// vectors is the answer, in the form that the way of asking has.
func vectors(a asked, texts []toEmbed) any {
	known, _ := modelNamed(a.model)
	var list []any
	for _, t := range texts {
		values := vector(t.text, t.dims, known.Unit)
		switch a.verb {
		case "embedContent":
			return map[string]any{"embedding": map[string]any{"values": values},
				"usageMetadata": map[string]any{"promptTokenCount": t.in, "totalTokenCount": t.in}, "truncated": tokensIn(t.text) > maxEmbedIn}
		case "predict":
			list = append(list, map[string]any{"embeddings": map[string]any{"values": values,
				"statistics": map[string]any{"token_count": t.in, "truncated": tokensIn(t.text) > maxEmbedIn}}})
		default:
			list = append(list, map[string]any{"values": values})
		}
	}
	if a.verb == "predict" {
		return map[string]any{"predictions": list, "metadata": map[string]any{"billableCharacterCount": 0}}
	}
	return map[string]any{"embeddings": list}
}

// vector embeds a text. Each word points in a direction of its own. A whole vector has length 1; a shorter one is its
// beginning, and shorter than 1 unless the model makes it unit again.
func vector(text string, dims int, isUnit bool) []float64 {
	v := make([]float64, wholeVector)
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range append(words, "#") {
		state := uint64(unit(w)*(1<<53)) | 1
		for range 48 {
			state ^= state << 13
			state ^= state >> 7
			state ^= state << 17
			v[state%wholeVector] += float64(int(state>>32&2)) - 1
		}
	}
	normalise(v)
	if v = v[:dims]; isUnit {
		normalise(v)
	}
	return v
}

func normalise(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	if sum == 0 {
		v[0], sum = 1, 1
	}
	length := math.Sqrt(sum)
	for i := range v {
		v[i] = math.Round(v[i]/length*1e8) / 1e8
	}
}
