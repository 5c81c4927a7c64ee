package batch_test

import (
	"iter"
	"os"
	"strconv"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// BenchmarkManyRequests sends 100,000 requests of 4 KB in jobs, and takes in their answers. MB/s is of the requests; to
// look at the peak of memory: go test -c, and run it under /usr/bin/time -v.
func BenchmarkManyRequests(b *testing.B) {
	n := 100_000
	if text := os.Getenv("SFTRUN_BENCH_REQUESTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	filler := strings.Repeat("so 7 < 9 and we go on, as 3 + 4 = 7. ", 105)
	for b.Loop() {
		s := newService(b)
		g := s.machine(model.Budget{})
		if err := g.Send(b.Context(), many(n, filler), steps.Sending{Run: "r", Step: "s"}); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(n * len(filler)))
	}
}

func many(n int, filler string) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		for i := range n {
			r := ask(i)
			r.User, r.Input = r.User+filler, ""
			if !yield(question(r), nil) {
				return
			}
		}
	}
}
