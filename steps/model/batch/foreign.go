package batch

import (
	"context"
	"fmt"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// adopt takes over the jobs of Options.Adopt, so that the questions that they answer are not asked again. It waits until
// they have ended, as only their results tell which requests they had.
func (w *sending) adopt(ctx context.Context) error {
	if len(w.waiting) == 0 {
		return nil
	}
	for _, id := range w.opt.Adopt {
		if err := w.adoptOne(ctx, id); err != nil {
			return fmt.Errorf("batch job %s is not taken over: %w", id, err)
		}
	}
	return nil
}

func (w *sending) adoptOne(ctx context.Context, id string) error {
	var last error
	for _, q := range w.adopters() {
		now, err := q.jobs.Get(ctx, id)
		if err != nil {
			last = err
			continue
		}
		if known, err := w.ours(ctx, now); known || err != nil {
			return err
		}
		return w.adoptFrom(ctx, q, now)
	}
	return last
}

// adopters are the queues, one of each provider.
func (w *sending) adopters() (list []*queue) {
	seen := map[string]bool{}
	for _, q := range w.queues {
		if !seen[q.provider] {
			seen[q.provider] = true
			list = append(list, q)
		}
	}
	return list
}

// ours tells whether the ledger knows a job already. One that was forgotten, or never found, is open from now on.
func (w *sending) ours(ctx context.Context, now model.Job) (bool, error) {
	all, err := w.desk.Book().Jobs(ctx)
	if err != nil {
		return false, err
	}
	for _, j := range all {
		if j.ID != now.ID && j.Name != now.Name {
			continue
		}
		if !j.Ended.IsZero() || j.Open() && j.ID != "" {
			return true, nil
		}
		if j, err = w.exists(ctx, j, now); err != nil {
			return true, err
		}
		return true, w.reopen(ctx, j)
	}
	return false, nil
}

// reopen lets the questions of a job that was found be answered by it.
func (w *sending) reopen(ctx context.Context, job ledger.Job) error {
	keys, err := w.desk.Book().JobKeys(ctx, job.Name)
	if err != nil {
		return err
	}
	for _, up := range w.open {
		if up.job.Name == job.Name {
			up.job = job
			return nil
		}
	}
	w.claimFor(job, keys)
	return nil
}

// claimFor moves questions from their queues to a job.
func (w *sending) claimFor(job ledger.Job, keys []ledger.Key) {
	up := &takenUp{job: job}
	moved := map[ledger.Key]bool{}
	for _, k := range keys {
		moved[k] = true
	}
	for _, q := range w.queues {
		left := q.questions[:0]
		for _, one := range q.questions {
			if moved[one.key] {
				up.questions = append(up.questions, one)
			} else {
				left = append(left, one)
			}
		}
		q.questions = left
	}
	if len(up.questions) == 0 {
		return
	}
	in := up.questions[0].queue
	in.flying += job.Tokens
	in.count++
	w.open = append(w.open, up)
}

// adoptFrom takes over a job that the ledger does not know.
func (w *sending) adoptFrom(ctx context.Context, q *queue, now model.Job) error {
	now, err := w.awaitForeign(ctx, q.jobs, now)
	if err != nil {
		return err
	}
	if !now.Output {
		return fmt.Errorf("it has ended as %s, without output", now.Word)
	}
	keys, results, err := w.matching(ctx, q, now)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("none of its %d results has the key of a request that is asked here; keys are those of this version's requests, which another program or an older pipeline does not make", results)
	}
	job := ledger.Job{
		Name: w.nextName(), Provider: q.provider, Account: q.jobs.Account(), Requests: len(keys), Intended: w.opt.Now(),
		Call: ledger.Call{Run: w.s.Run, Step: w.s.Step, Model: q.model}, ID: now.ID, Created: now.Created, Keeps: q.jobs.Keeps(),
	}
	if err := w.desk.Book().IntendJob(ctx, job, keys); err != nil {
		return err
	}
	if job, err = w.exists(ctx, job, now); err != nil {
		return err
	}
	w.tell(Event{Job: job, State: now.Word, Note: fmt.Sprintf("taken over: %d of its %d results answer requests that are asked here", len(keys), results)})
	w.claimFor(job, keys)
	return nil
}

// awaitForeign waits until a job has ended.
func (w *sending) awaitForeign(ctx context.Context, jobs model.Jobs, now model.Job) (model.Job, error) {
	for pause := firstPoll; !now.State.Ended(); pause = min(longestPoll, pause+pause/2) {
		if w.opt.NoWait {
			return now, fmt.Errorf("it has not ended (%s), and which requests it has is known only then: try again later", now.Word)
		}
		if err := w.opt.Sleep(ctx, pause); err != nil {
			return now, err
		}
		if later, err := jobs.Get(ctx, now.ID); err == nil {
			now = later
		}
	}
	return now, nil
}

// matching lists the keys of a job's results that are asked here.
func (w *sending) matching(ctx context.Context, from *queue, now model.Job) (keys []ledger.Key, results int, err error) {
	seen := map[ledger.Key]bool{}
	for r, err := range from.jobs.Results(ctx, now) {
		if err != nil {
			return nil, results, err
		}
		results++
		key, bad := ledger.ParseKey(r.Key)
		if q := w.waiting[key]; bad == nil && q != nil && w.taken[key] == nil && !seen[key] && q.queue.provider == from.provider {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys, results, nil
}
