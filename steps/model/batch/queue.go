package batch

import (
	"fmt"

	"sftrun.local/steps/model"
)

// A queue holds the questions to one model that are to go into jobs.
type queue struct {
	provider, model string
	jobs            model.Jobs
	delivery        model.Delivery

	questions []*question
	flying    int // tokens in jobs under way
	count     int // jobs under way
	ceiling   int // of count, as the service had no room for more; 0 = none
	refused   int // times that the service would not have another job, since it last took one; under sending.mu
	trying    int // of count, those that do not exist yet; under sending.mu
}

// queueOf finds the queue of a model, or says why it can have no jobs.
func (w *sending) queueOf(s model.Settings) (*queue, error) {
	for _, q := range w.queues {
		if q.provider == s.Provider && q.model == s.Name {
			return q, nil
		}
	}
	jobs, err := w.Gateway.jobs(s.Provider)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", s.Name, err)
	}
	q := &queue{provider: s.Provider, model: s.Name, jobs: jobs, delivery: w.opt.Delivery(s)}
	for _, up := range w.open {
		if up.job.Provider == q.provider && up.job.Call.Model == q.model {
			q.flying += up.job.Tokens
			q.count++
		}
	}
	w.queues = append(w.queues, q)
	return q, nil
}

// overhead is what a line of an input file has beside the question, in bytes, generously.
const overhead = 512

// next takes from a queue what goes into the next job: no more requests, bytes and tokens than a job may have and than
// may be under way, and no more than can be paid for. It is nothing while there is no room.
func (w *sending) next(q *queue) (chunk []*question) {
	room, purse := q.room(), w.desk.Room()
	if len(q.questions) == 0 || room == 0 {
		return nil
	}
	n, size, tokens, usd, requests := 0, int64(0), 0, 0.0, w.opt.Requests
	for _, one := range q.questions {
		requests = min(requests, int(one.most))
		size += int64(one.n) + overhead
		tokens += int(one.tokens)
		usd += one.usd
		full := room > 0 && tokens > room
		dear := purse != nil && usd > *purse
		if n > 0 && (n >= requests || size > w.opt.Bytes || full || dear) {
			break
		}
		if n == 0 && (full && q.count > 0 || dear && w.underWay() > 0) {
			return nil // there may be room later
		}
		n++
	}
	chunk = append(chunk, q.questions[:n]...)
	clear(q.questions[:n])
	q.questions = q.questions[n:]
	return chunk
}

// room is how many tokens more may be under way: -1 any number, 0 too few to be worth a job of its own.
func (q *queue) room() int {
	limit := q.delivery.Limits.EnqueuedTokens
	if limit == 0 {
		return -1
	}
	if q.count == 0 {
		return limit
	}
	left := limit - q.flying
	if left < limit/4 && left < tokensIn(q.questions, left+1) {
		return 0
	}
	return max(0, left)
}

func (q *queue) atCeiling() bool { return q.ceiling > 0 && q.count >= q.ceiling }

// learn takes in how many jobs the service has room for: no more than exist when it refuses one, and one more with each
// that ends. If there is none, it is not their number that stands in the way.
func (q *queue) learn(e end, existing int) {
	switch {
	case e.none && !e.full:
	case e.full:
		q.ceiling = existing
	case q.ceiling > 0 && e.err == nil:
		q.ceiling++
	}
}

// tokensIn adds up tokens, as far as up to a limit.
func tokensIn(questions []*question, limit int) (tokens int) {
	for _, one := range questions {
		if tokens += int(one.tokens); tokens >= limit {
			break
		}
	}
	return tokens
}

// usdOf adds up what questions may cost at most.
func usdOf(questions []*question) (usd float64) {
	for _, one := range questions {
		usd += one.usd
	}
	return usd
}

// tokensOf estimates the tokens of a prompt, rather too many: English text has four bytes a token, and mathematics three.
func tokensOf(r model.Request) int32 {
	return int32((len(r.System) + len(r.User) + 2) / 3)
}
