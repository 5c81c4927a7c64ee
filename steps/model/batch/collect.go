package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/fault"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

const (
	// groupBytes and groupCount bound the answers that are stored at once.
	groupBytes = 4 << 20
	groupCount = 1000

	// mostReads is how often the output of a job is read when it breaks off or holds lines that make no sense.
	mostReads = 3
)

// lacks tells what of a job's answers was billed and could not be read, or "". Such requests are not asked again until the
// user says so.
func (c *collection) lacks(now model.Job) string {
	taken := c.sum.Answered + c.sum.Refused + c.billed
	switch {
	case len(c.open) == 0:
		return ""
	case c.sum.Unreadable > 0:
		return fmt.Sprintf("%d lines of its output are unreadable, and %d of its %d requests are in no other line", c.sum.Unreadable, len(c.open), c.job.Requests)
	case now.Succeeded > taken:
		return fmt.Sprintf("the service says that it answered %d requests, and %d answers are in its output; %d of its %d requests are not mentioned", now.Succeeded, taken, len(c.open), c.job.Requests)
	}
	return ""
}

// A collection takes in the answers of a job, in one reading of its output.
type collection struct {
	*watch
	at     time.Time // of all records
	asked  map[ledger.Key]*question
	open   map[ledger.Key]bool // no result so far
	failed int                 // open after all, as their results are failures that pass
	billed int                 // of these, what was billed
	sum    ledger.JobOutcome
	group  []model.Outcome
	bytes  int
	told   []told
}

// A told is a question that can be told of once the group is stored.
type told struct {
	key  ledger.Key
	sent steps.Sent
}

// collect takes in what a job that has ended has answered, and then lets the job count as ended.
func (w *watch) collect(ctx context.Context, now model.Job, asked []*question) end {
	keys, err := w.desk.Book().JobKeys(ctx, w.job.Name)
	if err != nil {
		return end{err: err}
	}
	var c *collection
	for read := 1; now.Output; read++ {
		c = w.newCollection(now, asked, keys)
		err = c.read(ctx, now)
		if err == nil && c.lacks(now) == "" || errors.Is(err, errLedger) || read == mostReads {
			break
		}
		if ctx.Err() == nil {
			err = w.opt.Sleep(ctx, firstPoll<<read)
		}
		if ctx.Err() != nil {
			return end{err: context.Cause(ctx)}
		}
	}
	switch {
	case ctx.Err() != nil:
		return end{err: context.Cause(ctx)}
	case errors.Is(err, errLedger):
		return end{err: err}
	case err != nil:
		return w.hold(w.job, w.unsettled(asked), fmt.Sprintf("the answers of batch job %s (%s) cannot be fetched (%s); next try: sftrun apply; to give them up and ask again: sftrun jobs forget %s",
			w.job.Name, w.job.ID, oneLine(err), w.job.Name))
	}
	if c == nil {
		c = w.newCollection(now, asked, keys)
	}
	if lost := c.lacks(now); lost != "" {
		return c.holdLost(lost, asked)
	}
	return c.end(ctx, now, asked)
}

func (w *watch) newCollection(now model.Job, asked []*question, keys []ledger.Key) *collection {
	c := &collection{watch: w, at: w.job.Intended.Add(2), asked: map[ledger.Key]*question{}, open: make(map[ledger.Key]bool, len(keys))}
	if now.Ended.After(c.at) {
		c.at = now.Ended
	}
	for _, k := range keys {
		c.open[k] = true
	}
	for _, q := range asked {
		c.asked[q.key] = q
	}
	return c
}

// read reads the output to its end.
func (c *collection) read(ctx context.Context, now model.Job) error {
	seen := map[ledger.Key]bool{}
	for r, err := range c.jobs.Results(ctx, now) {
		if err != nil {
			return errors.Join(err, c.store(ctx))
		}
		if err := c.result(ctx, r, seen); err != nil {
			return err
		}
	}
	return c.store(ctx)
}

// result takes in one result, if it belongs to a question of the job.
func (c *collection) result(ctx context.Context, r model.Result, seen map[ledger.Key]bool) error {
	var refusal *steps.Refusal
	key, bad := ledger.ParseKey(r.Key)
	switch {
	case r.Err != nil && !errors.As(r.Err, &refusal):
		c.sum.Unreadable++
		return nil
	case bad == nil && seen[key]:
		c.sum.Duplicate++
		return nil
	case bad != nil || !c.open[key]:
		c.sum.Unknown++
		return nil
	}
	seen[key] = true
	delete(c.open, key)
	r.From.Job, r.From.Provider = c.job.ID, c.job.Provider
	out, err := c.desk.Outcome(key, c.job.Call, c.at, r)
	if err != nil {
		return err
	}
	return c.add(ctx, key, out)
}

func (c *collection) add(ctx context.Context, key ledger.Key, out model.Outcome) error {
	c.sum.USD += out.Record.Cost.USD
	switch {
	case out.Refusal == nil:
		c.sum.Answered++
	case !out.Refusal.Transient:
		c.sum.Refused++
	default:
		c.failed++
		if out.Keep {
			c.billed++
		}
		if q := c.asked[key]; q != nil {
			q.why = out.Refusal
		}
	}
	if out.Refusal == nil || !out.Refusal.Transient {
		c.told = append(c.told, told{key, out.Sent})
	}
	if out.Keep {
		c.group = append(c.group, out)
		c.bytes += len(out.Record.Body)
	}
	if c.bytes >= groupBytes || len(c.group) >= groupCount {
		return c.store(ctx)
	}
	return nil
}

// errLedger says that the ledger could not be written, which ends all.
var errLedger = errors.New("the ledger cannot be written")

// store makes the answers of a group durable, and then tells of them.
func (c *collection) store(ctx context.Context) error {
	records := make([]ledger.Record, len(c.group))
	for i, out := range c.group {
		records[i] = out.Record
	}
	if err := c.desk.Book().Commit(context.WithoutCancel(ctx), records); err != nil {
		return fmt.Errorf("%w: %w", errLedger, err)
	}
	fault.Point("job: answers stored")
	for _, t := range c.told {
		c.settle(t.key, t.sent)
	}
	clear(c.group)
	c.group, c.told, c.bytes = c.group[:0], c.told[:0], 0
	return nil
}

// unsettled are those of some questions that nothing was told of.
func (w *sending) unsettled(asked []*question) (left []*question) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range asked {
		if w.waiting[q.key] != nil {
			left = append(left, q)
		}
	}
	return left
}

// holdLost keeps a job open because some of its answers were billed and are not to be had. What failed in a way that
// passes is asked again all the same.
func (c *collection) holdLost(lost string, asked []*question) end {
	var held, failed []*question
	for _, q := range c.unsettled(asked) {
		if c.open[q.key] {
			held = append(held, q)
		} else {
			failed = append(failed, q)
		}
	}
	e := c.hold(c.job, held, fmt.Sprintf("batch job %s (%s): %s; it is read again in the next apply; to ask again, and pay again, for what is not there: sftrun jobs forget %s",
		c.job.Name, c.job.ID, lost, c.job.Name))
	e.open, e.size = failed, c.job.Requests
	return e
}

// end enters that the job has ended, and hands back what it left open.
func (c *collection) end(ctx context.Context, now model.Job, asked []*question) end {
	fault.Point("job: read")
	c.sum.State, c.sum.Detail, c.sum.At = now.Word, now.Trouble, now.Ended
	c.sum.Missing = len(c.open)
	c.sum.Open = c.sum.Missing + c.failed
	if err := c.desk.Book().JobEnded(context.WithoutCancel(ctx), c.job.Name, c.sum); err != nil {
		return end{err: err}
	}
	fault.Point("job: ended")
	c.job.Outcome, c.job.Ended = c.sum, c.opt.Now()
	c.tell(Event{Job: c.job, State: now.Word, Note: note(c.sum)})
	c.deleteFile(ctx, c.jobs, c.job)
	left := c.unsettled(asked)
	for _, q := range left {
		if q.why == nil || c.open[q.key] {
			q.why = &steps.Refusal{Reason: "no answer", Detail: fmt.Sprintf("batch job %s: %s", c.job.ID, ending(now)), Transient: true}
		}
	}
	whole := now.State == model.JobSucceeded && 2*len(left) < max(1, len(asked))
	return end{open: left, size: c.job.Requests, whole: whole, usd: c.sum.USD}
}

func ending(now model.Job) string {
	if now.Trouble != "" {
		return now.Word + ": " + now.Trouble
	}
	return now.Word
}

// note says of a job that has ended what is out of the ordinary.
func note(o ledger.JobOutcome) string {
	var text string
	for _, n := range []struct {
		count int
		what  string
	}{{o.Open, "without an answer"}, {o.Missing, "of them not mentioned"}, {o.Unknown, "under unknown keys"}, {o.Duplicate, "there twice"}, {o.Unreadable, "unreadable"}} {
		if n.count > 0 {
			text += fmt.Sprintf(", %d %s", n.count, n.what)
		}
	}
	if o.Detail != "" {
		text += ", " + o.Detail
	}
	if text == "" {
		return ""
	}
	return text[2:]
}
