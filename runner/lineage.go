package runner

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"sftrun.local/steps"
)

// Lineage tells for each row of a part which row it was made of. Neighbours are mostly made of neighbours, so the
// differences are small: each row takes two varints, as a rule two bytes.

// appendFrom appends the lineage of one more row after previous.
func appendFrom(dst []byte, previous, from steps.From) []byte {
	dst = binary.AppendVarint(dst, int64(from.Source-previous.Source))
	return binary.AppendVarint(dst, int64(from.Row-previous.Row))
}

func encodeLineage(raw []byte) string { return base64.RawStdEncoding.EncodeToString(raw) }

// decodeLineage returns where each row of a part came from.
func decodeLineage(text string) ([]steps.From, error) {
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("lineage: %w", err)
	}
	var all []steps.From
	var last steps.From
	for len(raw) > 0 {
		source, n := binary.Varint(raw)
		row, m := binary.Varint(raw[max(n, 0):])
		if n <= 0 || m <= 0 {
			return nil, fmt.Errorf("lineage: ends within row %d", len(all))
		}
		raw = raw[n+m:]
		last = steps.From{Source: last.Source + int(source), Row: last.Row + int(row)}
		all = append(all, last)
	}
	return all, nil
}
