package ledger

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkCommit stores groups of 1,000 answers of 2 KB each.
func BenchmarkCommit(b *testing.B) {
	l := New(Options{Bucket: newBucket(), Path: filepath.Join(b.TempDir(), "l")})
	defer l.Close()
	text := string(bytes.Repeat([]byte("x"), 2000))
	n := 0
	for b.Loop() {
		group := make([]Record, 1000)
		for i := range group {
			group[i] = answer(n, text)
			n++
		}
		if err := l.Commit(b.Context(), group); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "answers/s")
}

func BenchmarkLookup(b *testing.B) {
	bucket, path := newBucket(), filepath.Join(b.TempDir(), "l")
	l := New(Options{Bucket: bucket, Path: path})
	for i := range 100 {
		if err := l.Commit(b.Context(), answers(1000*i, 1000*i+1000)); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for _, readOnly := range []bool{false, true} {
		b.Run(fmt.Sprint("readOnly=", readOnly), func(b *testing.B) {
			l := New(Options{Bucket: bucket, Path: path, ReadOnly: readOnly})
			defer l.Close()
			n := 0
			for b.Loop() {
				if _, err := l.Lookup(b.Context(), keyOf(n%100000)); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "answers/s")
		})
	}
}

// BenchmarkOpen is what the first lookup costs beyond a lookup, with 10,000 answers in the book.
func BenchmarkOpen(b *testing.B) {
	bucket, path := newBucket(), filepath.Join(b.TempDir(), "l")
	l := New(Options{Bucket: bucket, Path: path})
	if err := l.Commit(b.Context(), answers(0, 10000)); err != nil {
		b.Fatal(err)
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l := New(Options{Bucket: bucket, Path: path, ReadOnly: true})
		if _, err := l.Lookup(b.Context(), keyOf(1)); err != nil {
			b.Fatal(err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
