package tokens_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"sftrun.local/steps/tokens"
)

var benchmarked = []string{"cl100k_base", "o200k_base"}

// BenchmarkCount makes one line for each encoding and kind of text: megabytes a second on one core, and how many times
// as fast as tiktoken-go that is. Each text is timed by itself, and of all rounds the fastest counts, so that a machine
// that is busy with other work disturbs little; run several rounds, as with -benchtime 20x.
//
// Cold: no piece has been seen before, the cache of pieces being emptied before each text. Warm: the same text was
// counted just before. In both cases the processor's own caches hold what the round before left there, which is most of
// the vocabulary's used part for the samples, and less for the traces.
func BenchmarkCount(b *testing.B) {
	for _, encoding := range benchmarked {
		for _, kind := range kinds {
			b.Run(fmt.Sprintf("%s/%s", encoding, kind.name), func(b *testing.B) {
				timeKind(b, encoding, kind.texts(b))
			})
		}
	}
}

func timeKind(b *testing.B, encoding string, texts []string) {
	c, reference := load(b, encoding)
	cold, warm, other := newTimes(texts), newTimes(texts), newTimes(texts)
	for b.Loop() {
		for i, text := range texts {
			tokens.Forget(c)
			cold.time(i, func() { c.Count(text) })
			warm.time(i, func() { c.Count(text) })
			other.time(i, func() { reference(text) })
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(cold.speed(), "cold-MB/s")
	b.ReportMetric(warm.speed(), "warm-MB/s")
	b.ReportMetric(other.speed(), "tiktoken-go-MB/s")
	b.ReportMetric(cold.speed()/other.speed(), "times-cold")
}

// times are the shortest times that the texts have taken.
type times struct {
	texts    []string
	shortest []time.Duration
}

func newTimes(texts []string) *times {
	t := &times{texts, make([]time.Duration, len(texts))}
	for i := range t.shortest {
		t.shortest[i] = math.MaxInt64
	}
	return t
}

func (t *times) time(i int, do func()) {
	start := time.Now()
	do()
	t.shortest[i] = min(t.shortest[i], time.Since(start))
}

// speed of all texts together, in megabytes a second.
func (t *times) speed() float64 {
	var all time.Duration
	for _, d := range t.shortest {
		all += d
	}
	return float64(size(t.texts)) / 1e6 / all.Seconds()
}

// BenchmarkTraces is how a run counts: many megabytes of distinct texts, each once, with a cache that knows nothing at
// the start. With -cpu 1,2 it shows how counting scales.
func BenchmarkTraces(b *testing.B) {
	texts := traces(b, 6)
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

// BenchmarkLongPiece counts a megabyte that is one piece, at which tiktoken-go would take hours.
func BenchmarkLongPiece(b *testing.B) {
	for _, encoding := range benchmarked {
		c, _ := load(b, encoding)
		for name, text := range longPieces {
			b.Run(encoding+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					c.Count(text)
				}
			})
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, encoding := range benchmarked {
		c, _ := load(b, encoding)
		b.Run(encoding, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := tokens.Reload(encoding+".tiktoken", c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func size(texts []string) (bytes int64) {
	for _, text := range texts {
		bytes += int64(len(text))
	}
	return bytes
}
