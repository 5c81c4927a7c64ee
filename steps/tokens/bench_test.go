package tokens_test

import (
	"os"
	"testing"

	"sftrun.local/steps/tokens"
)

var samples = []string{"prose", "maths", "code", "chinese"}

var benchmarked = []string{"cl100k_base", "o200k_base"}

// BenchmarkSample compares Count with tiktoken-go on texts of four sorts: "cold" empties the cache of pieces before
// each text, "warm" counts the same text again.
func BenchmarkSample(b *testing.B) {
	for _, encoding := range benchmarked {
		c, reference := load(b, encoding)
		cold := func(text string) int {
			tokens.Forget(c)
			return c.Count(text)
		}
		for _, sample := range samples {
			text := readSample(b, sample)
			b.Run(encoding+"/"+sample+"/cold", countEach(cold, text))
			b.Run(encoding+"/"+sample+"/warm", countEach(c.Count, text))
			b.Run(encoding+"/"+sample+"/tiktoken-go", countEach(reference, text))
		}
	}
}

// BenchmarkTraces is the cold case of a run: many megabytes of distinct texts, each counted once, with a cache that
// knows nothing at the start.
func BenchmarkTraces(b *testing.B) {
	texts := traces(b, 6)
	for _, encoding := range benchmarked {
		c, reference := load(b, encoding)
		first := func(text string) int {
			if text == texts[0] {
				tokens.Forget(c)
			}
			return c.Count(text)
		}
		b.Run(encoding, countEach(first, texts...))
		b.Run(encoding+"/tiktoken-go", countEach(reference, texts...))
	}
}

// BenchmarkParallel shows with -cpu 1,2 how counting scales.
func BenchmarkParallel(b *testing.B) {
	texts := traces(b, 12)
	for _, encoding := range benchmarked {
		c, _ := load(b, encoding)
		b.Run(encoding, func(b *testing.B) {
			b.SetBytes(size(texts) / int64(len(texts)))
			b.RunParallel(func(p *testing.PB) {
				for i := 0; p.Next(); i++ {
					c.Count(texts[i%len(texts)])
				}
			})
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, encoding := range benchmarked {
		c, _ := load(b, encoding)
		b.Run(encoding, func(b *testing.B) {
			for b.Loop() {
				if err := tokens.Reload(encoding+".tiktoken", c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func countEach(count func(string) int, texts ...string) func(*testing.B) {
	return func(b *testing.B) {
		b.SetBytes(size(texts))
		for b.Loop() {
			for _, text := range texts {
				count(text)
			}
		}
	}
}

func size(texts []string) (bytes int64) {
	for _, text := range texts {
		bytes += int64(len(text))
	}
	return bytes
}

func readSample(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
