package gemini

import (
	"encoding/base32"
	"encoding/hex"
	"strings"

	"sftrun.local/steps/model"
)

// keyLabel is the label that carries a request's key on Vertex AI, which has no place for it in a line.
const keyLabel = "key"

// An inputLine is one request of a batch job.
type inputLine struct {
	Key     string   `json:"key,omitempty"` // Gemini API
	Request question `json:"request"`
}

// AppendLine appends the line of a request to what will be uploaded, its end included. Its key comes back with the answer.
func (c *Client) AppendLine(to []byte, r model.Request) ([]byte, error) {
	line := inputLine{Request: c.questionOf(r)}
	if c.opt.Provider == Vertex {
		line.Request.Labels = map[string]string{keyLabel: labelOf(r.Key())}
	} else {
		line.Key = r.Key()
	}
	return plainJSON(to, line)
}

// Labels have at most 63 characters of a-z, 0-9, - and _: a key in hex is one too long.
var labelling = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func labelOf(key string) string {
	raw, err := hex.DecodeString(key)
	if err != nil {
		return strings.ToLower(key) // no key of model.Request.Key
	}
	return labelling.EncodeToString(raw)
}

// keyOfLabel returns the key in a label, or the label itself if it is none of labelOf.
func keyOfLabel(label string) string {
	raw, err := labelling.DecodeString(label)
	if err != nil || labelling.EncodeToString(raw) != label || len(raw) != 32 {
		return label
	}
	return hex.EncodeToString(raw)
}
