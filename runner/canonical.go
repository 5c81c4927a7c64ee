package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// canonical returns JSON with sorted keys, without white space, and with numbers as they were written, so that equal
// values are equal bytes.
func canonical(text []byte) (json.RawMessage, error) {
	if isCanonical(text) {
		return text, nil
	}
	return encodedAnew(text)
}

func encodedAnew(text []byte) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("config is no JSON: %w", err)
	}
	return encodePlain(v), nil
}

// isCanonical tells of most texts that are canonical that they are, in a fraction of the time: those in plain ASCII. It
// is never wrong about a text of which it says yes.
func isCanonical(text []byte) bool {
	if slices.ContainsFunc(text, func(b byte) bool { return b == '\\' || b >= 0x7f || b < ' ' }) || !json.Valid(text) {
		return false
	}
	var last [][]byte // key seen last in each object or list that is open
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case ' ':
			return false
		case '{', '[':
			last = append(last, nil)
		case '}', ']':
			last = last[:len(last)-1]
		case '"':
			key := text[i+1 : i+1+bytes.IndexByte(text[i+1:], '"')]
			i += len(key) + 1
			if i+1 == len(text) || text[i+1] != ':' {
				continue // a value
			}
			before := last[len(last)-1]
			if before != nil && bytes.Compare(before, key) >= 0 {
				return false
			}
			last[len(last)-1] = key
		}
	}
	return true
}

// canonicals makes configs canonical. Those of a step's actions are often the same, and then made once.
type canonicals struct {
	last      []byte
	canonical json.RawMessage
}

func (c *canonicals) of(text []byte) (json.RawMessage, error) {
	if c.canonical != nil && bytes.Equal(text, c.last) {
		return c.canonical, nil
	}
	made, err := canonical(text)
	c.last, c.canonical = text, made
	return made, err
}

// encodePlain encodes without HTML escaping, which would depend on nothing but hides what was written.
func encodePlain(v any) json.RawMessage {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
