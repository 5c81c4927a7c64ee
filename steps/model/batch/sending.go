package batch

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// A sending is one call of Send. Until run it is used by one goroutine; then the fields below mu are guarded by it, and
// the queues belong to the owner.
type sending struct {
	*Gateway
	s      steps.Sending
	name   string // of its jobs, but for their numbers
	spool  *spool
	queues []*queue
	taken  map[ledger.Key]*takenUp // questions that lie in jobs of earlier processes
	open   []*takenUp

	others map[ledger.Key]<-chan struct{} // questions that another sending asks
	alone  []*question                    // to be asked one by one
	later  bool                           // there is more to do another time

	mu      sync.Mutex
	named   int                      // jobs so far
	waiting map[ledger.Key]*question // claimed, and neither answered nor refused
}

// A question is one that is to be answered by a job.
type question struct {
	key    ledger.Key
	at     int64 // in the spool
	n      int32
	tokens int32          // of its prompt, estimated
	usd    float64        // most that it may cost in a job; 0 if nothing bounds that
	most   int32          // requests in the next job that it goes into
	tries  int16          // jobs that it was in, and that did not answer it
	why    *steps.Refusal // that was, the last time
	queue  *queue
}

// begin makes ready, and learns which jobs are open.
func (g *Gateway) begin(ctx context.Context, s steps.Sending) (*sending, error) {
	if s.Sent == nil {
		s.Sent = func(steps.Sent) {}
	}
	w := &sending{
		Gateway: g, s: s, name: nameOf(g.opt.Prefix),
		taken: map[ledger.Key]*takenUp{}, others: map[ledger.Key]<-chan struct{}{}, waiting: map[ledger.Key]*question{},
	}
	if err := w.findOpen(ctx); err != nil {
		return nil, err
	}
	var err error
	w.spool, err = newSpool(g.opt.Folder)
	return w, err
}

// nameOf makes what no other sending calls its jobs.
func nameOf(prefix string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(prefix))
	var random [5]byte
	rand.Read(random[:])
	return plain[:min(len(plain), 40)] + "-" + hex.EncodeToString(random[:])
}

// release lets others have the questions that are left.
func (w *sending) release() {
	for key := range w.waiting {
		w.desk.Release(key)
	}
	clear(w.waiting)
}

func (w *sending) end(err *error) {
	w.release()
	*err = errors.Join(*err, w.spool.close())
}

// divert passes on the questions that do not go into jobs, and takes in those that do.
func (w *sending) divert(ctx context.Context, questions iter.Seq2[steps.Question, error]) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		for q, err := range questions {
			var r model.Request
			if err == nil {
				r, err = w.desk.Decode(q)
			}
			switch {
			case err == nil && w.inJobs(r.Model):
				if err = w.add(ctx, q, r); err == nil {
					continue
				}
				fallthrough
			case err != nil:
				yield(steps.Question{}, err)
				return
			case !yield(q, nil):
				return
			}
		}
	}
}

// add takes in a question, unless its answer is known.
func (w *sending) add(ctx context.Context, q steps.Question, r model.Request) error {
	key, err := ledger.ParseKey(q.Key)
	if err != nil || w.waiting[key] != nil {
		return err
	}
	others, claimed := w.desk.Take(key)
	if !claimed {
		w.others[key] = others
		return nil
	}
	known, err := w.known(ctx, q)
	if err != nil || known {
		w.desk.Release(key)
		return err
	}
	in, err := w.queueOf(r.Model)
	if err != nil {
		w.desk.Release(key)
		return err
	}
	added := &question{key: key, n: int32(len(q.Body)), tokens: tokensOf(r), most: int32(w.opt.Requests), queue: in}
	if added.usd, err = w.desk.MostInJob(r); err != nil {
		w.desk.Release(key)
		return err
	}
	w.waiting[key] = added
	if added.at, err = w.spool.put(q.Body); err != nil {
		return err
	}
	if up := w.taken[key]; up != nil {
		up.questions = append(up.questions, added)
	} else {
		in.questions = append(in.questions, added)
	}
	return nil
}

// known tells whether a question is settled, and if so tells of it.
func (w *sending) known(ctx context.Context, q steps.Question) (bool, error) {
	_, err := w.Lookup(ctx, q)
	var refusal *steps.Refusal
	switch {
	case errors.Is(err, steps.ErrPending):
		return false, nil
	case err == nil || errors.As(err, &refusal):
		w.sent(steps.Sent{Key: q.Key, Refused: refusal != nil})
		return true, nil
	}
	return false, err
}

// sent tells of a question, from one goroutine at a time.
func (w *sending) sent(s steps.Sent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.s.Sent(s)
}

// settle ends a question that was answered or refused, if it is one of this sending.
func (w *sending) settle(key ledger.Key, s steps.Sent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting[key] == nil {
		return
	}
	delete(w.waiting, key)
	w.desk.Release(key)
	w.s.Sent(s)
}

// giveUp lets a question count as refused in this apply.
func (w *sending) giveUp(q *question, why *steps.Refusal) {
	w.desk.Fail(q.key, why)
	w.settle(q.key, steps.Sent{Key: q.key.String(), Refused: true})
}

// nextName names the next job.
func (w *sending) nextName() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.named++
	return fmt.Sprintf("%s-%d", w.name, w.named)
}

// askAlone asks what jobs could not answer one by one.
func (w *sending) askAlone(ctx context.Context) error {
	if len(w.alone) == 0 {
		return nil
	}
	for _, q := range w.alone {
		delete(w.waiting, q.key)
		w.desk.Release(q.key)
	}
	return w.Gateway.Gateway.Send(ctx, func(yield func(steps.Question, error) bool) {
		for _, q := range w.alone {
			if !yield(w.spool.get(q)) {
				return
			}
		}
	}, w.s)
}

// awaitOthers waits for the questions that another sending asks, which may itself wait for some of this one. What that
// leaves open is left to the next apply.
func (w *sending) awaitOthers(ctx context.Context) error {
	w.release()
	for key, ended := range w.others {
		select {
		case <-ended:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		known, err := w.known(ctx, steps.Question{Key: key.String()})
		if err != nil {
			return err
		}
		if !known {
			w.later = true
		}
	}
	if w.later {
		return steps.ErrLater
	}
	return nil
}
