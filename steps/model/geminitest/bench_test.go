package geminitest_test

import (
	"testing"

	"sftrun.local/steps/model/geminitest"
)

// BenchmarkGenerate asks small questions, several at a time, through the SDK.
func BenchmarkGenerate(b *testing.B) {
	s, err := geminitest.Start(geminitest.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	network := pool()
	defer network.CloseIdleConnections()
	b.RunParallel(func(p *testing.PB) {
		client := geminiOver(b, s.URL(), network)
		for i := 0; p.Next(); i++ {
			if _, err := say(client, b.Context(), prompt(i)); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
