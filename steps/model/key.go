package model

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// What the key of a request covers, and what goes wrong if a piece is forgotten:
//
//	scheme            answers under keys that were made by other rules are taken for answers to this request
//	family            answers of one provider are taken for another's; with the provider itself instead, what was paid
//	                  for through the Gemini API is paid for again through Vertex AI
//	address           (openai) answers of another server, with another model behind the same name
//	revision          (offline) answers of old code stay for ever
//	name              answers of another model
//	thinking level, most output tokens, temperature
//	                  a change in the pipeline shows no effect
//	system, user      answers to another question
//	input             (offline) answers about another text; elsewhere the text stands in user, and would split the
//	                  key for nothing
//	sample            all samples of a request are the same answer
//
// Nothing else is in it: no step, row, run, rate limit, API key or price, and not whether a batch job is used. What
// is in it without changing the answer is paid for twice.
const keyScheme = "sftrun request 1"

// Key returns the SHA-256, in hex, of all that the answer to the request depends on.
func (r Request) Key() string {
	sum := sha256.Sum256(r.canonical())
	return hex.EncodeToString(sum[:])
}

// canonical is a list of named fields in a fixed order, each with its length in bytes, so that no two requests that
// differ in what the key covers give the same bytes.
func (r Request) canonical() []byte {
	m, f := r.Model.Revised(), familyOf(r.Model.Provider)
	var b canonical
	b.add("scheme", keyScheme)
	b.add("family", f.name)
	if f.address {
		b.add("address", strings.TrimRight(m.BaseURL, "/"))
	}
	b.add("revision", m.Revision)
	b.add("name", m.Name)
	b.add("thinkingLevel", m.ThinkingLevel)
	b.add("maxOutputTokens", strconv.Itoa(m.MaxOutputTokens))
	b.add("temperature", strconv.FormatFloat(m.Temperature+0, 'g', -1, 64)) // +0 makes -0 into 0
	b.add("system", r.System)
	b.add("user", r.User)
	if f.input {
		b.add("input", r.Input)
	}
	b.add("sample", strconv.Itoa(r.Sample))
	return b
}

type canonical []byte

func (b *canonical) add(name, value string) {
	*b = append(*b, name...)
	*b = append(*b, '=')
	*b = strconv.AppendInt(*b, int64(len(value)), 10)
	*b = append(*b, ':')
	*b = append(*b, value...)
	*b = append(*b, '\n')
}
