package tokens_test

import (
	"flag"
	"sync"
	"testing"

	"github.com/pkoukk/tiktoken-go"
	loader "github.com/pkoukk/tiktoken-go-loader"

	"sftrun.local/steps/tokens"
)

// exhaustive has the comparisons with tiktoken-go take minutes instead of seconds.
var exhaustive = flag.Bool("exhaustive", false, "compare on all traces and 300,000 random texts for each encoding")

// An oracle counts the tokens of a text with tiktoken-go.
type oracle func(text string) int

var oracles = listOracles()

func listOracles() map[string]func() (*tiktoken.Tiktoken, error) {
	useEmbedded := sync.OnceFunc(func() { tiktoken.SetBpeLoader(loader.NewOfflineLoader()) })
	list := map[string]func() (*tiktoken.Tiktoken, error){}
	for _, name := range tokens.Encodings() {
		list[name] = sync.OnceValues(func() (*tiktoken.Tiktoken, error) {
			useEmbedded()
			return tiktoken.GetEncoding(name)
		})
	}
	return list
}

// load returns the Counter of an encoding and the oracle that it has to agree with.
func load(t testing.TB, encoding string) (*tokens.Counter, oracle) {
	t.Helper()
	c, err := tokens.Load(encoding)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := oracles[encoding]()
	if err != nil {
		t.Fatal(err)
	}
	return c, func(text string) int { return len(reference.EncodeOrdinary(text)) }
}

// eachEncoding runs the test for all encodings that count in their own way, in parallel.
func eachEncoding(t *testing.T, test func(t *testing.T, c *tokens.Counter, want oracle)) {
	for _, encoding := range tokens.Encodings() {
		if encoding == "p50k_edit" {
			continue // differs from p50k_base in its special tokens only
		}
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			c, want := load(t, encoding)
			test(t, c, want)
		})
	}
}

// compare fails the test if Count and the oracle disagree on the text.
func compare(t *testing.T, c *tokens.Counter, want oracle, text string) {
	t.Helper()
	if got, want := c.Count(text), want(text); got != want {
		t.Errorf("Count = %d, tiktoken-go counts %d, in %.200q", got, want, text)
	}
}
