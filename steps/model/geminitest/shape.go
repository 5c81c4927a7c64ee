package geminitest

import (
	"fmt"
	"maps"
	"strings"
)

// A shape is a message: the names of its fields, each with its own shape. A field whose shape is nil may hold anything.
type shape map[string]shape

// fields makes a shape of fields that may hold anything.
func fields(names ...string) shape {
	s := shape{}
	for _, n := range names {
		s[n] = nil
	}
	return s
}

// with adds fields to a shape.
func (s shape) with(more shape) shape {
	all := maps.Clone(s)
	maps.Copy(all, more)
	return all
}

// shapes are the messages of one dialect. What they lack, the service refuses there. They are those that package genai
// sends, field by field; audio, images and tools are not looked into.
type shapes struct {
	generate, count, embed, batchEmbed, predict, create shape
}

var (
	piece = fields("mediaResolution", "codeExecutionResult", "executableCode", "fileData", "functionCall", "functionResponse",
		"inlineData", "text", "thought", "thoughtSignature", "videoMetadata", "audioTranscription", "mediaProcessing", "speechMetadata")
	thinking = fields("includeThoughts", "thinkingBudget", "thinkingLevel")
	config   = fields("temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "stopSequences", "responseLogprobs",
		"logprobs", "presencePenalty", "frequencyPenalty", "seed", "responseMimeType", "responseSchema", "responseJsonSchema",
		"responseModalities", "mediaResolution", "speechConfig", "imageConfig", "audioTranscriptionConfig").with(shape{"thinkingConfig": thinking})
)

func content(parts shape) shape { return shape{"parts": parts, "role": nil} }

var geminiShapes = func() shapes {
	said := content(piece.with(fields("toolCall", "toolResponse", "partMetadata")))
	generate := fields("model", "safetySettings", "tools", "toolConfig", "labels", "cachedContent", "serviceTier", "continuationToken", "store").
		with(shape{"contents": said, "systemInstruction": said, "generationConfig": config.with(fields("enableEnhancedCivicAnswers"))})
	embed := fields("model", "taskType", "title", "outputDimensionality").with(shape{"content": said})
	requests := shape{"requests": {"requests": shape{"request": nil, "metadata": nil}}, "fileName": nil}
	batch := fields("displayName", "model", "name", "priority", "webhookConfig").with(shape{"inputConfig": requests})
	return shapes{
		generate: generate, count: shape{"contents": said, "generateContentRequest": generate}, embed: embed,
		batchEmbed: shape{"requests": embed}, create: shape{"batch": batch},
	}
}()

var vertexShapes = func() shapes {
	said := content(piece)
	own := config.with(fields("routingConfig", "modelConfig", "audioTimestamp"))
	generate := fields("safetySettings", "tools", "toolConfig", "labels", "cachedContent", "modelArmorConfig", "serviceTier",
		"continuationToken", "outputConfig").with(shape{"contents": said, "systemInstruction": said, "generationConfig": own})
	embedding := fields("taskType", "title", "outputDimensionality", "autoTruncate", "documentOcr", "audioTrackExtraction")
	return shapes{
		generate: generate,
		count:    fields("tools", "instances", "model").with(shape{"contents": said, "systemInstruction": said, "generationConfig": own}),
		embed:    shape{"content": said, "embedContentConfig": embedding},
		predict: shape{"instances": fields("content", "task_type", "title", "mimeType"),
			"parameters": fields("outputDimensionality", "autoTruncate")},
		create: fields("displayName", "model", "modelParameters", "labels", "serviceAccount", "encryptionSpec").with(shape{
			"inputConfig":  shape{"instancesFormat": nil, "gcsSource": fields("uris"), "bigquerySource": nil, "vertexMultimodalDatasetSource": nil},
			"outputConfig": shape{"predictionsFormat": nil, "gcsDestination": fields("outputUriPrefix"), "bigqueryDestination": nil, "vertexMultimodalDatasetDestination": nil},
		}),
	}
}()

func dialect(a asked) shapes {
	if a.vertex {
		return vertexShapes
	}
	return geminiShapes
}

// fit returns a message with its names in camel case, since the service takes them in snake case too, or refuses a field
// that the shape does not have.
func (s shape) fit(v any, at string) (any, *refusal) {
	switch v := v.(type) {
	case []any:
		for i := range v {
			var f *refusal
			if v[i], f = s.fit(v[i], fmt.Sprintf("%s[%d]", at, i)); f != nil {
				return nil, f
			}
		}
		return v, nil
	case map[string]any:
		return s.fitFields(v, at)
	case nil:
		return nil, nil
	}
	return nil, badField(at, "Invalid value at '%s', a message is needed", at)
}

func (s shape) fitFields(v map[string]any, at string) (any, *refusal) {
	fit := map[string]any{}
	for name, value := range v {
		plain := name
		if _, ok := s[plain]; !ok {
			plain = camel(name)
		}
		inner, ok := s[plain]
		if !ok {
			return nil, badField(at, "Invalid JSON payload received. Unknown name \"%s\"%s: Cannot find field.", name, where(at))
		}
		if _, again := fit[plain]; again {
			return nil, badField(at, "Invalid value at '%s': field %q is there twice", at, name)
		}
		if inner != nil {
			var f *refusal
			if value, f = inner.fit(value, join(at, snake(plain))); f != nil {
				return nil, f
			}
		}
		if value != nil {
			fit[plain] = value
		}
	}
	return fit, nil
}

func where(at string) string {
	if at == "" {
		return ""
	}
	return " at '" + at + "'"
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// snake is how the service names fields in its errors.
func snake(name string) string {
	var b strings.Builder
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('_')
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
