package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"sftrun.local/steps"
	"sftrun.local/steps/model/ledger"
)

// Options say where a gateway keeps its answers and whom it can ask.
type Options struct {
	Bucket   ledger.Bucket     // holds the answers; must be set
	Path     string            // of the SQLite index on this machine, its folder exists; "" keeps it in memory
	ReadOnly bool              // for plans: changes and creates no file, and cannot send
	Clients  map[string]Client // by provider: "offline"; they are called from several goroutines
	Prices   []Price           // take precedence over the built-in ones
	Warn     func(error)       // told of damage in the ledger that could be lived with; may be nil

	// Limit and Retry put what waits and what tries again in front of a client that costs something (model/limit,
	// model/retry); nil = nothing. A request passes Retry, then the budget, then Limit.
	Limit, Retry func(Client) Client

	// Concurrency is how many questions that cost something are asked at once, if Limit allows it; 0 = as few as those
	// that do not, see steps.Sending.
	Concurrency int

	Budget Budget // not to be passed, whatever is asked

	// Admit is called right before each request that costs something. An error ends the sending, and the request is not
	// sent. nil admits all.
	Admit func() error
}

// A Gateway answers questions: from the ledger, or by asking a model. It satisfies runner.Gateway. Its methods may be
// called from several goroutines. Until it is asked something it opens no file.
type Gateway struct {
	opt    Options
	ledger *ledger.Ledger
	purse  purse
	lost   atomic.Int64

	checking sync.Mutex
	checked  bool // the index was found sound, or built anew, in this process

	mu      sync.Mutex
	failed  map[ledger.Key]*steps.Refusal // transient failures of this apply: they are not tried again in it
	flights map[ledger.Key]chan struct{}  // questions that are being asked; closed when the outcome is in the ledger
}

// New returns a gateway. It touches nothing.
func New(opt Options) *Gateway {
	return &Gateway{
		opt:     opt,
		purse:   purse{budget: opt.Budget},
		ledger:  ledger.New(ledger.Options{Bucket: opt.Bucket, Path: opt.Path, ReadOnly: opt.ReadOnly, Warn: opt.Warn}),
		failed:  map[ledger.Key]*steps.Refusal{},
		flights: map[ledger.Key]chan struct{}{},
	}
}

// Close closes the ledger. No call of Send may be under way.
func (g *Gateway) Close() error { return g.ledger.Close() }

// Lookup returns the reply to a question that was answered before. The error is a *steps.Refusal if there will be no
// reply, or none in this apply, and steps.ErrPending if the question was never answered.
func (g *Gateway) Lookup(ctx context.Context, q steps.Question) (steps.Reply, error) {
	key, err := ledger.ParseKey(q.Key)
	if err != nil {
		return steps.Reply{}, err
	}
	return g.lookup(ctx, key)
}

func (g *Gateway) lookup(ctx context.Context, key ledger.Key) (steps.Reply, error) {
	r, err := g.ledger.Lookup(ctx, key)
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		return steps.Reply{}, g.failure(key)
	case err != nil:
		return steps.Reply{}, err
	case r.Kind == ledger.Refused:
		return steps.Reply{}, &steps.Refusal{Reason: r.Reason, Detail: r.Detail}
	}
	return steps.Reply{Body: r.Body, Provenance: r.Provenance}, nil
}

// failure returns the transient failure of a question in this apply, or steps.ErrPending.
func (g *Gateway) failure(key ledger.Key) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if refusal := g.failed[key]; refusal != nil {
		return refusal
	}
	return steps.ErrPending
}

// fail notes that a question was not answered in this apply.
func (g *Gateway) fail(key ledger.Key, refusal *steps.Refusal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failed[key] = refusal
}

// Forget takes back the answers and refusals of questions, by key and for every machine that sees the bucket, so that
// they are asked again. What they cost stays in the books.
func (g *Gateway) Forget(ctx context.Context, keys []string) error {
	parsed := make([]ledger.Key, len(keys))
	for i, k := range keys {
		var err error
		if parsed[i], err = ledger.ParseKey(k); err != nil {
			return err
		}
	}
	if err := g.ledger.Forget(ctx, parsed); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range parsed {
		delete(g.failed, k)
	}
	return nil
}

// Spent returns what was spent in USD by one run and by all runs.
func (g *Gateway) Spent(ctx context.Context, run string) (inRun, inAll float64, err error) {
	return g.ledger.Spent(ctx, run)
}

// Sums lists what was spent by run, step and model.
func (g *Gateway) Sums(ctx context.Context) ([]ledger.Sum, error) { return g.ledger.Sums(ctx) }

// InDoubt counts the paid calls of which nothing is known because the process ended, or asking failed, before their
// outcome arrived. They may have been billed, and are made again when asked for.
func (g *Gateway) InDoubt(ctx context.Context) (int, error) { return g.ledger.InDoubt(ctx) }

// LostReplies counts the replies of this apply that did not arrive whole. They may have been billed, beside what the
// books say.
func (g *Gateway) LostReplies() int { return int(g.lost.Load()) }

// Export writes all answers and refusals that stand into a file, for Import in another project. No key of a service is
// in it, nor are questions.
func (g *Gateway) Export(ctx context.Context, w io.Writer) ([]ledger.Portion, error) {
	return g.ledger.Export(ctx, w)
}

// Import takes in what a file of Export holds and is not known, or with dry tells what that would be. See
// ledger.Ledger.Import.
func (g *Gateway) Import(ctx context.Context, file io.ReadSeeker, dry bool) ([]ledger.Intake, error) {
	return g.ledger.Import(ctx, file, dry)
}

// Holds counts the answers and refusals in the ledger.
func (g *Gateway) Holds(ctx context.Context) (int, error) { return g.ledger.Holds(ctx) }

// Lost lists the segments of the ledger that are gone with their answers.
func (g *Gateway) Lost(ctx context.Context) ([]ledger.Loss, error) { return g.ledger.Lost(ctx) }

// GiveUp accepts that answers in damaged or missing segments of the ledger are lost. See ledger.Ledger.GiveUp.
func (g *Gateway) GiveUp(ctx context.Context, names []string, keep func(ctx context.Context, name string, data []byte) error) ([]ledger.Loss, error) {
	return g.ledger.GiveUp(ctx, names, keep)
}

// Elsewhere counts the imported answers and refusals, and what they cost in USD where they were paid.
func (g *Gateway) Elsewhere(ctx context.Context) (n int, usd float64, err error) {
	return g.ledger.Elsewhere(ctx)
}

// decode reads the request that a question holds, and refuses one that does not fit its key: its answer would be kept
// as the answer to something else.
func decode(q steps.Question) (Request, error) {
	var r Request
	if err := json.Unmarshal(q.Body, &r); err != nil {
		return Request{}, fmt.Errorf("question %s: read its request: %w", q.Key, err)
	}
	if key := r.Key(); key != q.Key {
		return Request{}, fmt.Errorf("question %s: its request has the key %s: it was changed, or rendered by another version of the program; plan again", q.Key, key)
	}
	return r, nil
}
