package hub_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubtest"
	"sftrun.local/steps"
)

// small blocks make small files have many.
func small() hub.Options {
	return hub.Options{BlockSize: 4 << 10, CacheSize: 16 << 10, LongAfter: 8 << 10}
}

const file = "o/n/data.parquet"

func TestEveryFailureThatPassesIsGotOver(t *testing.T) {
	text := noise(1, 100_000)
	for _, fault := range []hubtest.Fault{hubtest.TooMany, hubtest.ServerError, hubtest.Unavailable, hubtest.Reset, hubtest.CutOff,
		hubtest.ShortRange, hubtest.WrongRange, hubtest.NoRange, hubtest.Expired, hubtest.OtherTag, hubtest.Slow, hubtest.Stalled} {
		t.Run(string(fault), func(t *testing.T) {
			o := small()
			if fault == hubtest.Stalled {
				o.Stall = 200 * time.Millisecond // an answer that is only late is asked for again, too
			}
			w := newWorld(t, map[string]string{file: text}, hubtest.Options{Pace: 20 * time.Millisecond})
			c := w.client(o)
			r := open(t, c, one(t, c, "hf://o/n"))
			w.hub.Next(file, hubtest.None, fault, fault)
			if got, err := all(r); err != nil || string(got) != text {
				t.Errorf("%d bytes, %v; want all %d as they are", len(got), err, len(text))
			}
			if n := w.hub.Count(file); n.Faults != 2 {
				t.Errorf("%+v; want two faults met", n)
			}
		})
	}
}

func TestEveryFailureThatStaysEndsInOneClearError(t *testing.T) {
	for fault, want := range map[hubtest.Fault]string{
		hubtest.TooMany:     "answered 429 Too Many Requests",
		hubtest.ServerError: "answered 500 Internal Server Error",
		hubtest.Unavailable: "answered 503 Service Unavailable",
		hubtest.Reset:       "connection reset by peer)",
		hubtest.CutOff:      "broke off at byte",
		hubtest.ShortRange:  "answered with another range than asked for",
		hubtest.WrongRange:  "answered with another range than asked for",
		hubtest.NoRange:     "answered with the whole file instead of a range",
		hubtest.Expired:     "answered 403 Forbidden (AccessDenied Request has expired)",
		hubtest.Stalled:     "no byte came for 50ms",
	} {
		t.Run(string(fault), func(t *testing.T) {
			o := small()
			o.Tries, o.Token = 4, good
			if fault == hubtest.Stalled {
				o.Stall = 50 * time.Millisecond
			}
			w := newWorld(t, map[string]string{file: noise(1, 20_000)}, hubtest.Options{})
			c := w.client(o)
			r := open(t, c, one(t, c, "hf://o/n"))
			w.hub.Next(file, fault, fault, fault, fault, fault)
			_, err := r.ReadAt(make([]byte, 10), 5000)
			if !errors.Is(err, hub.ErrBusy) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "tried 4 times") {
				t.Errorf("%v\nwant %q after 4 tries", err, want)
			}
			decent(t, err)
			if _, err := r.ReadAt(make([]byte, 10), 9000); fault != hubtest.Stalled && err != nil {
				t.Errorf("when it had passed: %v", err)
			}
		})
	}
}

// decent holds an error to what a user may expect: one line that names the file, and no secret.
func decent(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if !strings.HasPrefix(text, "hf://o/n@") || strings.Contains(text, "\n") {
		t.Errorf("%q does not name the file, or has several lines", text)
	}
	for _, secret := range []string{string(good), string(poor), "Signature", "Expires="} {
		if strings.Contains(text, secret) {
			t.Errorf("%q has the secret %q in it", text, secret)
		}
	}
}

func TestAListingThatFailsForGoodSaysSo(t *testing.T) {
	w := newWorld(t, map[string]string{file: "x"}, hubtest.Options{Rate: 1, Faults: []hubtest.Fault{hubtest.Unavailable}})
	_, err := list(t.Context(), w.client(hub.Options{}), "hf://o/n", "", "")
	if !errors.Is(err, hub.ErrBusy) || !strings.Contains(err.Error(), "hf://o/n@main") || !strings.Contains(err.Error(), "tried 5 times") {
		t.Error(err)
	}
}

func TestReadsAreExactWhenAFifthOfTheAnswersFail(t *testing.T) {
	text := noise(7, 600_000)
	for seed := range uint64(5) {
		w := newWorld(t, map[string]string{file: text, "o/n/small.jsonl": text[:30_000]}, hubtest.Options{Seed: seed, Rate: 0.2})
		c := w.client(small())
		for _, pattern := range []string{"hf://o/n/*.parquet", "hf://o/n/*.jsonl"} {
			r := open(t, c, one(t, c, pattern))
			if got, err := all(r); err != nil || string(got) != text[:r.Size()] {
				t.Fatalf("seed %d: in order: %d bytes, %v", seed, len(got), err)
			}
			random(t, r, text[:r.Size()], seed)
		}
		if n := w.hub.Count(file); n.Faults < 3 {
			t.Errorf("seed %d: only %d faults met", seed, n.Faults)
		}
	}
}

// random reads here and there, and compares.
func random(t *testing.T, r steps.Reader, text string, seed uint64) {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, 1))
	for range 60 {
		off := dice.IntN(len(text))
		p := make([]byte, dice.IntN(20_000))
		n, err := r.ReadAt(p, int64(off))
		want := text[off:min(off+len(p), len(text))]
		if string(p[:n]) != want || n < len(p) && err != io.EOF || n == len(p) && err != nil && err != io.EOF {
			t.Fatalf("seed %d: %d of %d bytes at %d, %v", seed, n, len(p), off, err)
		}
	}
}

func TestAlteredBytesAreFoundByTheDigest(t *testing.T) {
	for _, name := range []string{"data.parquet", "data.jsonl"} { // in large file storage, and in git
		w := newWorld(t, map[string]string{"o/n/" + name: noise(3, 50_000)}, hubtest.Options{})
		c := w.client(small())
		r := open(t, c, one(t, c, "hf://o/n"))
		w.hub.Next("o/n/"+name, hubtest.None, hubtest.Altered)
		_, err := all(r)
		if !errors.Is(err, hub.ErrChanged) || !strings.Contains(err.Error(), "Something on the way alters them") {
			t.Errorf("%s: %v; want the wrong digest", name, err)
		}
		if _, err := r.ReadAt(make([]byte, 1), 0); !errors.Is(err, hub.ErrChanged) {
			t.Errorf("%s: read on after that: %v", name, err)
		}
	}
}

func TestAFileThatIsNotTheOneListedIsNotRead(t *testing.T) {
	w := newWorld(t, map[string]string{file: noise(1, 9_000), "o/n/small.jsonl": "{}\n"}, hubtest.Options{})
	c := w.client(small())
	large, little := one(t, c, "hf://o/n/*.parquet"), one(t, c, "hf://o/n/*.jsonl")
	other := large
	other.Digest = strings.Repeat("ab", 32)
	longer := large
	longer.Size++
	another := little
	another.Digest = hub.GitDigest + strings.Repeat("ab", 20)
	for _, s := range []steps.Shard{other, longer, another} {
		_, err := c.Open(t.Context(), s.Place, s.Size, s.Digest)
		if !errors.Is(err, hub.ErrChanged) {
			t.Errorf("%+v: %v; want it refused", s, err)
			continue
		}
		decent(t, err)
	}
}

func TestAFooterCostsAFewBlocks(t *testing.T) {
	if testing.Short() {
		t.Skip("hashes a file of 250 MB")
	}
	const size = 250 << 20
	w := newWorld(t, nil, hubtest.Options{})
	sparse(t, filepath.Join(w.dir, file), size, "footer of the columns"+"\x15\x00\x00\x00PAR1")
	c := w.client(hub.Options{})
	s := one(t, c, "hf://o/n")
	r := open(t, c, s)
	start, end, footer := make([]byte, 4), make([]byte, 8), make([]byte, 21)
	for _, read := range []struct {
		p   []byte
		off int64
	}{{start, 0}, {end, size - 8}, {footer, size - 8 - 21}} {
		if n, err := r.ReadAt(read.p, read.off); n != len(read.p) || err != nil {
			t.Fatal(n, err)
		}
	}
	if string(footer) != "footer of the columns" || string(end[4:]) != "PAR1" {
		t.Errorf("read %q %q", footer, end)
	}
	if n := w.hub.Count(file); n.Requests != 2 || n.Resolves != 1 || n.Bytes > 32<<10 || c.Received() != n.Bytes {
		t.Errorf("%+v, %d received; want two blocks of 16 KB", n, c.Received())
	}
}

func sparse(t *testing.T, path string, size int64, end string) {
	t.Helper()
	write(t, path, nil)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(end), size-int64(len(end))); err != nil {
		t.Fatal(err)
	}
}

func TestReadingInOrderTakesOneLongRequest(t *testing.T) {
	text := noise(2, 1_000_000)
	w := newWorld(t, map[string]string{file: text}, hubtest.Options{})
	c := w.client(small())
	if got, err := all(open(t, c, one(t, c, "hf://o/n"))); err != nil || string(got) != text {
		t.Fatal(len(got), err)
	}
	if n := w.hub.Count(file); n.Requests > 4 || n.Bytes != int64(len(text)) || c.Received() != n.Bytes {
		t.Errorf("%+v, %d received; want each byte once, in a few requests", n, c.Received())
	}
}

func TestALongRequestGoesOnWhereItBroke(t *testing.T) {
	text := noise(2, 1_000_000)
	w := newWorld(t, map[string]string{file: text}, hubtest.Options{Seed: 4})
	c := w.client(small())
	r := open(t, c, one(t, c, "hf://o/n"))
	w.hub.Next(file, hubtest.None, hubtest.None, hubtest.CutOff, hubtest.CutOff)
	if got, err := all(r); err != nil || string(got) != text {
		t.Fatal(len(got), err)
	}
	if c.Received() != int64(len(text)) {
		t.Errorf("%d bytes received; want none of the %d twice", c.Received(), len(text))
	}
}

func TestAnAddressThatServesAnotherFileIsGivenUp(t *testing.T) {
	text := noise(2, 40_000)
	w := newWorld(t, map[string]string{file: text}, hubtest.Options{})
	c := w.client(small())
	r := open(t, c, one(t, c, "hf://o/n"))
	w.hub.Next(file, hubtest.None, hubtest.OtherTag)
	if got, err := all(r); err != nil || string(got) != text {
		t.Fatal(len(got), err)
	}
	if n := w.hub.Count(file); n.Resolves != 2 {
		t.Errorf("%+v; want the Hub asked again", n)
	}
}

func TestASignatureThatRunsOutIsRenewed(t *testing.T) {
	text := noise(2, 40_000)
	w := newWorld(t, map[string]string{file: text}, hubtest.Options{})
	c := w.client(small())
	r := open(t, c, one(t, c, "hf://o/n"))
	w.hub.Next(file, hubtest.None, hubtest.Expired)
	if got, err := all(r); err != nil || string(got) != text {
		t.Fatal(len(got), err)
	}
	if n := w.hub.Count(file); n.Resolves != 2 {
		t.Errorf("%+v; want the Hub asked twice", n)
	}
}

func TestCancellingEndsAReadAtOnce(t *testing.T) {
	w := newWorld(t, map[string]string{file: noise(2, 40_000)}, hubtest.Options{Pace: time.Minute})
	c := w.client(small())
	s := one(t, c, "hf://o/n")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := c.Open(ctx, s.Place, s.Size, s.Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w.hub.Next(file, hubtest.Stalled)
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := r.ReadAt(make([]byte, 10), 5000); !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want it cancelled", err)
	}
}

func TestClosingEndsAReadAtOnce(t *testing.T) {
	w := newWorld(t, map[string]string{file: noise(2, 40_000)}, hubtest.Options{Pace: time.Minute})
	c := w.client(small())
	r := open(t, c, one(t, c, "hf://o/n"))
	w.hub.Next(file, hubtest.Stalled)
	time.AfterFunc(50*time.Millisecond, func() { r.Close() })
	if _, err := r.ReadAt(make([]byte, 10), 5000); err == nil {
		t.Error("read on after Close")
	}
	if _, err := r.ReadAt(make([]byte, 10), 5000); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("%v; want that it is closed", err)
	}
}

func TestMoreFilesThanConnectionsAreReadTogether(t *testing.T) {
	texts, files := map[string]string{}, map[string]string{}
	for i := range 6 {
		name := string(rune('a'+i)) + ".parquet"
		texts[name] = noise(uint64(i), 200_000)
		files["o/n/"+name] = texts[name]
	}
	w := newWorld(t, files, hubtest.Options{Rate: 0.1, Seed: 3})
	o := small()
	o.Connections = 2
	c := w.client(o)
	shards, err := list(t.Context(), c, "hf://o/n/*.parquet", "", "")
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for _, s := range shards {
		r := open(t, c, s)
		wait.Go(func() {
			if got, err := all(r); err != nil || !bytes.Equal(got, []byte(texts[s.Name])) {
				t.Errorf("%s: %d bytes, %v", s.Name, len(got), err)
			}
		})
	}
	wait.Wait()
}

func TestFilesThatNobodyReadsBlockNobody(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		files["o/n/"+name+".parquet"] = noise(1, 20<<20) // more than the system buffers, so that an answer stays under way
	}
	w := newWorld(t, files, hubtest.Options{})
	c := w.client(hub.Options{Connections: 1, BlockSize: 64 << 10, LongAfter: 128 << 10})
	shards, err := list(t.Context(), c, "hf://o/n/*", "", "")
	if err != nil || len(shards) != 3 {
		t.Fatal(shards, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	p := make([]byte, 64<<10)
	for _, s := range shards {
		r, err := c.Open(ctx, s.Place, s.Size, s.Digest)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for i := range int64(10) {
			if _, err := r.ReadAt(p, i*int64(len(p))); err != nil {
				t.Fatalf("%s, block %d: %v", s.Name, i, err)
			}
		}
	}
}

func TestReadAtIsThatOfIO(t *testing.T) {
	for name, text := range map[string]string{"empty.jsonl": "", "small.jsonl": "0123456789", "large.parquet": noise(1, 10_000)} {
		w := newWorld(t, map[string]string{"o/n/" + name: text}, hubtest.Options{})
		c := w.client(small())
		r := open(t, c, one(t, c, "hf://o/n"))
		if got, err := all(r); err != nil || string(got) != text {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		p := make([]byte, 4)
		if n, err := r.ReadAt(p, int64(len(text))); n != 0 || err != io.EOF {
			t.Errorf("%s: at the end: %d, %v", name, n, err)
		}
		if n, err := r.ReadAt(p, int64(max(len(text)-2, 0))); n != min(len(text), 2) || err != io.EOF {
			t.Errorf("%s: over the end: %d, %v", name, n, err)
		}
		if _, err := r.ReadAt(p, -1); err == nil {
			t.Errorf("%s: read before the beginning", name)
		}
	}
}

func TestALookFetchesLittle(t *testing.T) {
	text := noise(1, 1_000_000)
	w := newWorld(t, map[string]string{file: text}, hubtest.Options{})
	c := w.client(hub.Options{})
	s := one(t, c, "hf://o/n")
	r, err := c.Peek(t.Context(), s.Place, s.Size, s.Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, at := range []int64{0, 1_000_000 - 8} {
		p := make([]byte, 8)
		if _, err := r.ReadAt(p, at); err != nil || string(p) != text[at:at+8] {
			t.Errorf("at %d: %q, %v", at, p, err)
		}
	}
	if n := w.hub.Count(file).Bytes; n > 32<<10 {
		t.Errorf("%d bytes came", n)
	}
}
