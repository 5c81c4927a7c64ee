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
	"time"

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
	f := newFake()
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		time.Sleep(5 * time.Millisecond)
		return echo(ctx, r)
	}
	g := place{t.TempDir()}.open(t, both(f))
	same := func(yield func(steps.Question, error) bool) {
		for i := range 60 {
			if !yield(question(t, ask("gemini", i%3)), nil) {
				return
			}
		}
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { send(t, g, same) })
	}
	group.Wait()
	if f.calls() != 3 {
		t.Errorf("%d calls for 3 questions", f.calls())
	}
}

func TestRefusalsAreSettledAndTransientOnesForThisApply(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	f.answer = func(_ context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		return model.Answer{Usage: model.Usage{In: 7}}, model.Provenance{CostUSD: 0.25},
			&steps.Refusal{Reason: "NO", Detail: r.User, Transient: r.User == "q1"}
	}
	var told []steps.Sent
	g := here.open(t, both(f))
	sending := steps.Sending{Run: "r", Step: "s", Sent: func(s steps.Sent) { told = append(told, s) }}
	for range 2 {
		if err := g.Send(t.Context(), questions(t, "gemini", 0, 2), sending); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			wantRefusal(t, g, i, i == 1)
		}
	}
	if f.calls() != 2 || len(told) != 4 || !told[0].Refused || told[0].USD != 0.25 || told[3].USD != 0 {
		t.Errorf("%d calls, told %+v", f.calls(), told)
	}
	next := here.open(t, both(f))
	wantRefusal(t, next, 0, false)
	wantPending(t, next, ask("gemini", 1))
	f.answer = echo
	if err := next.Forget(t.Context(), []string{ask("gemini", 0).Key()}); err != nil {
		t.Fatal(err)
	}
	wantPending(t, next, ask("gemini", 0))
	send(t, next, questions(t, "gemini", 0, 2))
	wantReply(t, next, ask("gemini", 0))
	wantReply(t, next, ask("gemini", 1))
	if r, all, err := next.Spent(t.Context(), "r"); err != nil || r != 1.5 || all != 1.5 {
		t.Errorf("spent %v of %v, %v; want 1.5: what refusals cost counts", r, all, err)
	}
}

func wantRefusal(t *testing.T, g *model.Gateway, i int, transient bool) {
	t.Helper()
	_, err := g.Lookup(t.Context(), question(t, ask("gemini", i)))
	var refusal *steps.Refusal
	if !errors.As(err, &refusal) || *refusal != (steps.Refusal{Reason: "NO", Detail: fmt.Sprint("q", i), Transient: transient}) {
		t.Fatalf("question %d: got %#v", i, err)
	}
}

func TestStoppingKeepsWhatArrives(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	ctx, stop := context.WithCancel(t.Context())
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		stop()
		time.Sleep(20 * time.Millisecond)
		if ctx.Err() != nil {
			t.Error("a call that is under way was cut off")
		}
		return echo(ctx, r)
	}
	g := here.open(t, both(f))
	err := g.Send(ctx, questions(t, "gemini", 0, 1000), steps.Sending{Workers: 4})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
	kept := 0
	again := here.open(t, nil)
	for i := range 1000 {
		if _, err := again.Lookup(t.Context(), question(t, ask("gemini", i))); err == nil {
			kept++
		}
	}
	if kept == 0 || kept != f.calls() || kept > 10 {
		t.Errorf("%d answers kept of %d billed", kept, f.calls())
	}
}

func TestFatalErrorsEndSendingAndKeepAnswers(t *testing.T) {
	broken := errors.New("API key is not valid")
	f := newFake()
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		if r.User == "q20" {
			return model.Answer{}, model.Provenance{}, broken
		}
		return echo(ctx, r)
	}
	g := place{t.TempDir()}.open(t, both(f))
	err := g.Send(t.Context(), questions(t, "gemini", 0, 1000), steps.Sending{Workers: 1})
	if !errors.Is(err, broken) || f.calls() != 21 {
		t.Fatalf("%d calls, %v", f.calls(), err)
	}
	for i := range 20 {
		wantReply(t, g, ask("gemini", i))
	}
	if n, err := g.InDoubt(t.Context()); n != 1 || err != nil {
		t.Errorf("%d in doubt, %v; want the one that failed", n, err)
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
		n, err := here.openWith(t, model.Options{ReadOnly: true}).InDoubt(ctx)
		if err != nil {
			t.Error(err)
		}
		doubts = append(doubts, n)
		return echo(ctx, r)
	}
	g := here.open(t, both(f))
	send(t, g, questions(t, "gemini", 0, 1))
	send(t, g, questions(t, "offline", 0, 1))
	n, err := g.InDoubt(t.Context())
	if !slices.Equal(doubts, []int{1, 0}) || n != 0 || err != nil {
		t.Errorf("%v in doubt during the calls and %d after them, %v; want 1 for the paid call alone", doubts, n, err)
	}
}

// failing is a bucket in which the first creations fail.
type failing struct {
	*store.Dir
	left atomic.Int32
}

func (f *failing) Create(ctx context.Context, name string, data []byte) error {
	if f.left.Add(-1) >= 0 {
		return errors.New("disk is full")
	}
	return f.Dir.Create(ctx, name, data)
}

func TestAnswersThatCannotBeStored(t *testing.T) {
	for failures, want := range map[int32]string{1: "disk is full", 2: "answers could not be stored and are lost"} {
		f, bucket := newFake(), &failing{Dir: store.NewDir(t.TempDir())}
		bucket.left.Store(failures)
		g := model.New(model.Options{Bucket: bucket, Clients: both(f)})
		err := g.Send(t.Context(), slowly(questions(t, "gemini", 0, 1000)), steps.Sending{Workers: 2})
		if err == nil || !strings.Contains(err.Error(), want) || f.calls() > 200 {
			t.Errorf("%d failures: %d calls, %v; want %q", failures, f.calls(), err, want)
		}
		if failures == 1 {
			for i := range f.calls() {
				wantReply(t, g, ask("gemini", i))
			}
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}

func slowly(qs iter.Seq2[steps.Question, error]) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		for q, err := range qs {
			time.Sleep(time.Millisecond)
			if !yield(q, err) {
				return
			}
		}
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
		return model.Answer{Text: text}, model.Provenance{}, nil
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
