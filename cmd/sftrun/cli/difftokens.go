package cli

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"sftrun.local/runner"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
	"sftrun.local/steps/tokens"
)

// encodings lists those that the steps name: fields called encoding, at whatever depth.
func encodings(s *runner.Snapshot) []string {
	var found []string
	for _, m := range s.Made {
		if m.Detail == nil {
			continue
		}
		var config any
		if json.Unmarshal(m.Detail.Config, &config) == nil {
			found = encodingsIn(config, found)
		}
	}
	return found
}

func encodingsIn(value any, found []string) []string {
	object, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if e, ok := object[name].(string); ok && name == "encoding" && slices.Contains(tokens.Encodings(), e) {
			found = append(found, e)
		}
		found = encodingsIn(object[name], found)
	}
	return found
}

// tokens counts those of the think blocks of a row. A text that was counted before is not counted again.
func (m *measure) tokens(row []byte) int32 {
	messages, err := jsonl.Messages(row)
	if err != nil {
		return 0
	}
	var blocks []think.Block
	for _, message := range think.Assistants(messages) {
		blocks = append(blocks, think.Blocks(message.Content)...)
	}
	if len(blocks) == 0 {
		return 0
	}
	key := keyOf(blocks)
	if n, ok := m.text(key); ok {
		return n
	}
	n := 0
	for _, b := range blocks {
		n += m.counter.Count(b.Text())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts[key] = int32(n)
	return int32(n)
}

// keyOf digests the texts of blocks.
func keyOf(blocks []think.Block) [16]byte {
	hash := sha256.New()
	for _, b := range blocks {
		fmt.Fprintf(hash, "%d:", len(b.Text()))
		io.WriteString(hash, b.Text())
	}
	return [16]byte(hash.Sum(nil))
}

func (m *measure) text(key [16]byte) (int32, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.texts[key]
	return n, ok
}
