package model_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a client that counts what it billed. answer may be replaced.
type fake struct {
	mu     sync.Mutex
	billed map[string]int // by User
	answer func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error)
}

func newFake() *fake { return &fake{billed: map[string]int{}, answer: echo} }

func echo(_ context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	return model.Answer{Text: "re: " + r.User, Finish: "STOP", Usage: model.Usage{In: 3, Out: 4, Thought: 5}},
		model.Provenance{Provider: r.Model.Provider, Version: "v", CostUSD: 0.5}, nil
}

func (f *fake) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	f.mu.Lock()
	f.billed[r.User]++
	f.mu.Unlock()
	return f.answer(ctx, r)
}

func (f *fake) calls() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range f.billed {
		n += k
	}
	return n
}

func ask(provider string, i int) model.Request {
	return model.Request{Model: model.Settings{Provider: provider, Name: "m"}, User: fmt.Sprint("q", i)}
}

func question(t testing.TB, r model.Request) steps.Question {
	t.Helper()
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return steps.Question{Key: r.Key(), Body: body}
}

func questions(t testing.TB, provider string, from, to int) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		for i := from; i < to; i++ {
			if !yield(question(t, ask(provider, i)), nil) {
				return
			}
		}
	}
}

// place is a project's folder: a bucket and an index.
type place struct{ root string }

func (p place) open(t testing.TB, clients map[string]model.Client) *model.Gateway {
	return p.openWith(t, model.Options{Clients: clients})
}

func (p place) openWith(t testing.TB, opt model.Options) *model.Gateway {
	t.Helper()
	opt.Bucket, opt.Path = store.NewDir(filepath.Join(p.root, "bucket")), filepath.Join(p.root, "ledger.sqlite")
	opt.Warn = func(err error) { t.Errorf("warned: %v", err) }
	g := model.New(opt)
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// rebuilt is what another machine makes of the same bucket.
func (p place) rebuilt(t testing.TB) *model.Gateway {
	g := model.New(model.Options{Bucket: store.NewDir(filepath.Join(p.root, "bucket"))})
	t.Cleanup(func() { g.Close() })
	return g
}

func both(f *fake) map[string]model.Client {
	return map[string]model.Client{"offline": f, "gemini": f}
}

func send(t testing.TB, g *model.Gateway, qs iter.Seq2[steps.Question, error]) {
	t.Helper()
	if err := g.Send(t.Context(), qs, steps.Sending{Run: "r", Step: "s"}); err != nil {
		t.Fatal(err)
	}
}

func wantReply(t testing.TB, g *model.Gateway, r model.Request) {
	t.Helper()
	reply, err := g.Lookup(t.Context(), question(t, r))
	var a model.Answer
	if err != nil || json.Unmarshal(reply.Body, &a) != nil || a.Text != "re: "+r.User {
		t.Fatalf("%s: got %q, %v", r.User, reply.Body, err)
	}
	if !strings.Contains(string(reply.Provenance), `"version":"v"`) {
		t.Errorf("provenance is %s", reply.Provenance)
	}
}

func wantPending(t testing.TB, g *model.Gateway, r model.Request) {
	t.Helper()
	if _, err := g.Lookup(t.Context(), question(t, r)); !errors.Is(err, steps.ErrPending) {
		t.Fatalf("%s: got %v, want ErrPending", r.User, err)
	}
}

func TestAskedOnceAnsweredForEver(t *testing.T) {
	for _, provider := range []string{"offline", "gemini"} {
		here, f := place{t.TempDir()}, newFake()
		g := here.open(t, both(f))
		wantPending(t, g, ask(provider, 0))
		send(t, g, questions(t, provider, 0, 100))
		send(t, g, questions(t, provider, 50, 120))
		again := here.open(t, both(f))
		send(t, again, questions(t, provider, 0, 120))
		for i := range 120 {
			wantReply(t, g, ask(provider, i))
			wantReply(t, again, ask(provider, i))
		}
		if f.calls() != 120 {
			t.Errorf("%s: %d calls for 120 questions", provider, f.calls())
		}
	}
}

func TestGatewaySatisfiesAsk(t *testing.T) {
	f := newFake()
	g := place{t.TempDir()}.open(t, both(f))
	in := asker{lookup: g.Lookup}
	if _, _, err := model.Ask(t.Context(), in, ask("gemini", 1)); !errors.Is(err, steps.ErrPending) {
		t.Fatalf("got %v, want ErrPending", err)
	}
	send(t, g, questions(t, "gemini", 1, 2))
	a, _, err := model.Ask(t.Context(), in, ask("gemini", 1))
	if err != nil || a.Text != "re: q1" || a.Usage.Thought != 5 {
		t.Errorf("got %+v, %v", a, err)
	}
}

type asker struct {
	steps.In
	lookup func(context.Context, steps.Question) (steps.Reply, error)
}

func (a asker) Ask(ctx context.Context, q steps.Question) (steps.Reply, error) {
	return a.lookup(ctx, q)
}

func TestOneQuestionGivenManyTimesIsAskedOnce(t *testing.T) {
	const sends, workers = 3, 4
	f, allBusy := newFake(), make(chan struct{})
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		<-allBusy
		return echo(ctx, r)
	}
	g := place{t.TempDir()}.open(t, both(f))
	var taken atomic.Int32
	same := func(yield func(steps.Question, error) bool) {
		for i := range 60 {
			if !yield(question(t, ask("gemini", i%3)), nil) {
				return
			}
			if taken.Add(1) == sends*workers {
				close(allBusy)
			}
		}
	}
	var group sync.WaitGroup
	for range sends {
		group.Go(func() {
			if err := g.Send(t.Context(), same, steps.Sending{Workers: workers}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if f.calls() != 3 {
		t.Errorf("%d calls for 3 questions", f.calls())
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	g := place{t.TempDir()}.open(t, map[string]model.Client{"offline": newFake()})
	changed := question(t, ask("offline", 1))
	changed.Key = ask("offline", 2).Key()
	old := ask("offline", 3)
	old.Model.Revision = "offline-0"
	fault := errors.New("cannot read rows")
	for _, c := range []struct {
		q    steps.Question
		err  error
		want string
	}{
		{question(t, ask("gemini", 1)), nil, `provider "gemini" is not built in yet: use provider: "offline"`},
		{changed, nil, "plan again"},
		{question(t, old), nil, "the request is for offline-0, and this program has offline-"},
		{steps.Question{Key: "k1"}, nil, "64 hexadecimal digits"},
		{steps.Question{}, fault, "cannot read rows"},
	} {
		err := g.Send(t.Context(), func(yield func(steps.Question, error) bool) { yield(c.q, c.err) }, steps.Sending{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q in it", err, c.want)
		}
	}
	reading := place{t.TempDir()}.openWith(t, model.Options{ReadOnly: true})
	if err := reading.Send(t.Context(), questions(t, "offline", 0, 1), steps.Sending{}); err == nil {
		t.Error("a read-only gateway sent a question")
	}
}

func TestIntentIsDurableBeforeAPaidCall(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	var doubts []int
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		for _, g := range []*model.Gateway{here.openWith(t, model.Options{ReadOnly: true}), here.rebuilt(t)} {
			n, err := g.InDoubt(ctx)
			if err != nil {
				t.Error(err)
			}
			doubts = append(doubts, n)
		}
		return echo(ctx, r)
	}
	g := here.open(t, both(f))
	send(t, g, questions(t, "gemini", 0, 1))
	send(t, g, questions(t, "offline", 0, 1))
	n, err := g.InDoubt(t.Context())
	if !slices.Equal(doubts, []int{1, 1, 0, 0}) || n != 0 || err != nil {
		t.Errorf("%v in doubt during the calls and %d after them, %v; want 1 for the paid call alone", doubts, n, err)
	}
}

func TestSumsTellWhoSpent(t *testing.T) {
	g := place{t.TempDir()}.open(t, both(newFake()))
	send(t, g, questions(t, "gemini", 0, 4))
	sums, err := g.Sums(t.Context())
	if err != nil || len(sums) != 1 || sums[0].Run != "r" || sums[0].Step != "s" || sums[0].Model != "m" || sums[0].USD != 2 ||
		sums[0].Thought != 20 || sums[0].Answered != 4 {
		t.Errorf("got %+v, %v", sums, err)
	}
}

func TestAnIdleGatewayTouchesNothing(t *testing.T) {
	g := model.New(model.Options{Bucket: nil, Path: filepath.Join(t.TempDir(), "missing", "ledger")})
	if _, err := g.Quote(question(t, ask("offline", 1))); err != nil {
		t.Error(err)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	if _, err := g.Lookup(t.Context(), question(t, ask("offline", 1))); err == nil {
		t.Error("a gateway without a bucket answered")
	}
}

// 40 MB of answers pass through; what is held at a time is a group and the segments that are merged.
func TestMemoryStaysFlat(t *testing.T) {
	f, text := newFake(), strings.Repeat("x", 2000)
	f.answer = func(context.Context, model.Request) (model.Answer, model.Provenance, error) {
		return model.Answer{Text: text, Finish: "STOP"}, model.Provenance{}, nil
	}
	g := place{t.TempDir()}.open(t, both(f))
	base, most, n := liveHeap(), uint64(0), 0
	sending := steps.Sending{Sent: func(steps.Sent) {
		if n++; n%4000 == 0 {
			most = max(most, liveHeap())
		}
	}}
	if err := g.Send(t.Context(), questions(t, "offline", 0, 20000), sending); err != nil {
		t.Fatal(err)
	}
	const limit = 24 << 20
	if n != 20000 || most > base+limit {
		t.Errorf("after %d answers the heap grew by %d bytes, want at most %d", n, most-base, limit)
	}
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkSend(b *testing.B) {
	g := place{b.TempDir()}.open(b, map[string]model.Client{"offline": newFake()})
	n := 0
	for b.Loop() {
		send(b, g, questions(b, "offline", n, n+20000))
		n += 20000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "answers/s")
}
