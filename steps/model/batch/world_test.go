package batch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/gemini"
	"sftrun.local/steps/model/geminitest"
	"sftrun.local/steps/model/ledger"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"))
}

const (
	flash = "gemini-3.5-flash"
	key   = "AIzaSy-key-of-the-first-project"
)

// A world is a service, a bucket, and machines that share both. Time passes only while somebody waits.
type world struct {
	t      *testing.T
	server *geminitest.Server
	bucket ledger.Bucket
	key    string

	mu     sync.Mutex
	events []batch.Event
	sent   map[string]steps.Sent
}

func newWorld(t *testing.T, rules ...geminitest.Rule) *world {
	t.Helper()
	return serve(t, geminitest.Options{Faults: geminitest.Plan{Seed: 3, Rules: rules}})
}

func serve(t *testing.T, o geminitest.Options) *world {
	t.Helper()
	o.Dir, o.Jobs = t.TempDir(), geminitest.Jobs{Queue: 10 * time.Minute, Run: time.Hour}
	s, err := geminitest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &world{t: t, server: s, key: key, bucket: store.NewDir(filepath.Join(t.TempDir(), "bucket")), sent: map[string]steps.Sent{}}
}

// sleep lets time pass at the service.
func (w *world) sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return w.server.Advance(d)
}

func (w *world) client() *gemini.Client {
	w.t.Helper()
	network := &http.Transport{}
	w.t.Cleanup(network.CloseIdleConnections)
	c, err := gemini.New(gemini.Options{
		Provider: gemini.Gemini, Key: w.key, BaseURL: w.server.URL(), HTTP: &http.Client{Transport: network}, Now: w.server.Now,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// machine is one that has never seen the bucket.
func (w *world) machine(change ...func(*batch.Options)) *batch.Gateway {
	w.t.Helper()
	c := w.client()
	g := model.New(model.Options{Bucket: w.bucket, Clients: map[string]model.Client{"gemini": c}, Warn: func(err error) { w.t.Errorf("warned: %v", err) }})
	w.t.Cleanup(func() { g.Close() })
	o := batch.Options{
		Jobs: func(string) (model.Jobs, error) { return c.AsJobs(), nil }, Delivery: func(model.Settings) model.Delivery { return model.Delivery{Batch: true} },
		Folder: w.t.TempDir(), Prefix: "Test pipeline", Now: w.server.Now, Sleep: w.sleep, Tell: w.tell,
	}
	for _, f := range change {
		f(&o)
	}
	return batch.New(g, o)
}

func (w *world) tell(e batch.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
}

// notes is all that users were told.
func (w *world) notes() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all strings.Builder
	for _, e := range w.events {
		if e.Note != "" {
			fmt.Fprintln(&all, e.Job.Name, e.State, e.Note)
		}
	}
	return all.String()
}

func ask(i int) model.Request {
	text := fmt.Sprintf("Thought %d: first we count the apples, then we add the pears. There are %d of them.", i, 3*i)
	return model.Request{Model: model.Settings{Provider: "gemini", Name: flash}, System: "Rewrite.", User: "Steer this: " + text, Input: text}
}

func question(r model.Request) steps.Question {
	body, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return steps.Question{Key: r.Key(), Body: body}
}

func questions(from, to int) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		for i := from; i < to; i++ {
			if !yield(question(ask(i)), nil) {
				return
			}
		}
	}
}

// send sends questions, and checks what is promised of every sending.
func (w *world) send(ctx context.Context, g *batch.Gateway, qs iter.Seq2[steps.Question, error]) error {
	told := map[string]bool{}
	return g.Send(ctx, qs, steps.Sending{Run: "r", Step: "s", Sent: func(s steps.Sent) {
		if told[s.Key] {
			w.t.Errorf("%s was told twice", s.Key)
		}
		told[s.Key] = true
		w.sent[s.Key] = s
	}})
}

// A result is how a question stands: "answered", "refused" with the reason, or "pending".
func stands(t testing.TB, g *batch.Gateway, r model.Request) (string, model.Answer, model.Provenance) {
	t.Helper()
	reply, err := g.Lookup(t.Context(), question(r))
	var refusal *steps.Refusal
	switch {
	case errors.Is(err, steps.ErrPending):
		return "pending", model.Answer{}, model.Provenance{}
	case errors.As(err, &refusal):
		return refusal.Reason, model.Answer{}, model.Provenance{}
	case err != nil:
		t.Fatal(err)
	}
	var a model.Answer
	var from model.Provenance
	if err := errors.Join(json.Unmarshal(reply.Body, &a), json.Unmarshal(reply.Provenance, &from)); err != nil {
		t.Fatal(err)
	}
	return "answered", a, from
}

// count counts how questions stand.
func count(t *testing.T, g *batch.Gateway, from, to int) map[string]int {
	t.Helper()
	n := map[string]int{}
	for i := from; i < to; i++ {
		state, _, _ := stands(t, g, ask(i))
		n[state]++
	}
	return n
}

// wantAnswers checks that all questions are answered, each with its own answer.
func (w *world) wantAnswers(g *batch.Gateway, from, to int) {
	w.t.Helper()
	for i := from; i < to; i++ {
		state, a, from := stands(w.t, g, ask(i))
		if state != "answered" || !strings.Contains(a.Text, fmt.Sprintf("%d of them", 3*i)) {
			w.t.Errorf("question %d is %s: %.200q", i, state, a.Text)
		}
		if from.CostUSD <= 0 || !from.Batch || !strings.HasPrefix(from.Job, "batches/") || from.Provider != "gemini" || from.Version == "" {
			w.t.Errorf("question %d comes from %+v", i, from)
		}
	}
}

// wantPaidOnce checks the service's bill, and that the ledger has the same.
func (w *world) wantPaidOnce(g *batch.Gateway) {
	w.t.Helper()
	bill := w.server.Bill()
	if twice := bill.PaidTwice(); len(twice) > 0 {
		w.t.Errorf("%d requests were paid for twice: %v", len(twice), bill.Twice)
	}
	if v := w.server.Violations(); len(v) > 0 {
		w.t.Errorf("violations: %v", v)
	}
}

func (w *world) jobs(g *batch.Gateway) []ledger.Job {
	w.t.Helper()
	all, err := g.Desk().Book().Jobs(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}
