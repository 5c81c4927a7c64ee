package tokens

import (
	"fmt"
	"strings"
	"sync"

	"github.com/pkoukk/tiktoken-go-loader/assets"
)

// An encoding is a pattern that cuts a text into pieces and a vocabulary that cuts a piece into tokens.
type encoding struct {
	name string
	load func() (*Counter, error) // the first call reads the vocabulary, the others return the same Counter
}

// encodings lists what Load knows, by name.
var encodings = listEncodings()

func listEncodings() []encoding {
	p50k := lazyCounter("p50k_base.tiktoken", scanR50K) // the edit variant only adds special tokens
	return []encoding{
		{"cl100k_base", lazyCounter("cl100k_base.tiktoken", scanCL100K)},
		{"o200k_base", lazyCounter("o200k_base.tiktoken", scanO200K)},
		{"p50k_base", p50k},
		{"p50k_edit", p50k},
		{"r50k_base", lazyCounter("r50k_base.tiktoken", scanR50K)},
	}
}

func lazyCounter(file string, scan scanner) func() (*Counter, error) {
	return sync.OnceValues(func() (*Counter, error) { return newCounter(file, scan) })
}

func newCounter(file string, scan scanner) (*Counter, error) {
	content, err := assets.Assets.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load vocabulary: %w", err)
	}
	vocab, err := parseVocabulary(content)
	if err != nil {
		return nil, fmt.Errorf("load vocabulary %s: %w", file, err)
	}
	fillClasses()
	return &Counter{scan: scan, vocab: vocab}, nil
}

// Encodings returns the names that Load knows, in alphabetical order. It loads nothing.
func Encodings() []string {
	names := make([]string, len(encodings))
	for i, e := range encodings {
		names[i] = e.name
	}
	return names
}

// Load returns the Counter of an encoding. The first call for an encoding builds its tables, in 10 to 40 milliseconds;
// later calls return the same Counter at once. An error for an unknown name lists the known ones.
func Load(name string) (*Counter, error) {
	for _, e := range encodings {
		if e.name == name {
			return e.load()
		}
	}
	return nil, fmt.Errorf("unknown token encoding %q: use one of %s", name, strings.Join(Encodings(), ", "))
}
