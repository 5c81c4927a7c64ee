package tokens

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
)

// A listedToken is one line of a vocabulary file, decoded. The bytes of all tokens are in one text, of which it names
// a range.
type listedToken struct {
	start, end int
	rank       int32
}

// parseVocabulary reads the format of tiktoken's vocabulary files: on each line the token in base64, a space and the
// rank in decimal.
func parseVocabulary(file []byte) (*vocabulary, error) {
	text := make([]byte, 0, len(file))
	tokens := make([]listedToken, 0, bytes.Count(file, []byte{'\n'})+1)
	for line := range bytes.Lines(file) {
		start := len(text)
		var rank int32
		var err error
		if text, rank, err = appendToken(text, bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(tokens)+1, err)
		}
		tokens = append(tokens, listedToken{start, len(text), rank})
	}
	return newVocabulary(string(text), tokens), nil
}

// appendToken decodes a line and appends its token to text.
func appendToken(text, line []byte) ([]byte, int32, error) {
	encoded, decimal, ok := bytes.Cut(line, []byte{' '})
	if !ok || len(encoded) == 0 {
		return nil, 0, fmt.Errorf("%q is not a token and its rank", line)
	}
	text, err := base64.StdEncoding.AppendDecode(text, encoded)
	if err != nil {
		return nil, 0, fmt.Errorf("token %q: %w", encoded, err)
	}
	rank, err := strconv.ParseUint(string(decimal), 10, rankBits)
	if err != nil {
		return nil, 0, fmt.Errorf("rank of %q: %w", encoded, err)
	}
	return text, int32(rank), nil
}
