package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// What the book knows of batch jobs. Each thing that happens to a job is a record like any other, under a key made of
// the job's name: its particulars are the record's provenance, and the keys of the questions in the job are the body of
// a record of their own, which need not be read to list jobs. So a job is known wherever its segment is, and merged,
// rebuilt and given up with it. It is never exported.

// A Job is a batch job that was about to be created, or was.
type Job struct {
	Name     string    `json:"name"` // display name at the service; no two jobs have the same
	Provider string    `json:"provider"`
	Account  string    `json:"account"` // who made it: no other account sees it
	Call     Call      `json:"call"`
	Requests int       `json:"requests"`
	Tokens   int       `json:"tokens"`         // of its prompts, estimated
	Most     float64   `json:"most,omitempty"` // USD that it may cost; 0 if nothing bounded that
	File     string    `json:"file,omitempty"` // its input at the service
	Intended time.Time `json:"intended"`

	Keeps time.Duration `json:"keeps,omitempty"` // how long the service keeps its answers; 0 = for ever

	ID      string    `json:"id,omitempty"` // the service's name of it; "" if it is not known that it exists
	Created time.Time `json:"created,omitzero"`

	Outcome JobOutcome `json:"outcome,omitzero"` // once Ended
	Ended   time.Time  `json:"ended,omitzero"`   // when all that it answered was in the book

	Forgotten time.Time `json:"forgotten,omitzero"` // when its questions were set free to be asked again
	Why       string    `json:"why,omitempty"`      // that was
}

// A JobOutcome says how a job ended and what came of its requests.
type JobOutcome struct {
	State      string    `json:"state"` // the service's word
	Detail     string    `json:"detail,omitempty"`
	At         time.Time `json:"at,omitzero"` // when the service ended it
	Answered   int       `json:"answered"`
	Refused    int       `json:"refused"`
	Open       int       `json:"open"`                 // of which nothing came: they can be asked again
	Missing    int       `json:"missing,omitempty"`    // those of Open that the service did not mention
	Unknown    int       `json:"unknown,omitempty"`    // results under keys that nobody asked for, or under none
	Duplicate  int       `json:"duplicate,omitempty"`  // further results under the same key
	Unreadable int       `json:"unreadable,omitempty"` // lines that make no sense
	USD        float64   `json:"usd"`
}

// Open tells whether answers may still come of the job, so that its questions must not be asked again.
func (j Job) Open() bool { return j.Ended.IsZero() && j.Forgotten.IsZero() }

// InDoubt tells whether nobody knows if the job exists.
func (j Job) InDoubt() bool { return j.Open() && j.ID == "" }

// CollectBy is when the service may delete what the job has answered; zero if it does not, or if it is here.
func (j Job) CollectBy() time.Time {
	switch {
	case j.Keeps == 0 || !j.Open():
		return time.Time{}
	case j.Created.IsZero():
		return j.Intended.Add(j.Keeps)
	}
	return j.Created.Add(j.Keeps)
}

func (k Kind) ofJob() bool { return k >= jobIntended }

// jobKey is the key of the records of a job.
func jobKey(name string) Key { return sha256.Sum256([]byte("sftrun job\n" + name)) }

// IntendJob enters that a job is about to be created, with the keys of its questions.
func (l *Ledger) IntendJob(ctx context.Context, j Job, keys []Key) error {
	body := make([]byte, 0, len(keys)*len(Key{}))
	for _, k := range keys {
		body = append(body, k[:]...)
	}
	intent, err := recordOf(jobIntended, j.Intended, j)
	if err != nil {
		return err
	}
	return l.Commit(ctx, []Record{intent, {Key: intent.Key, Kind: jobQuestions, At: j.Intended.Add(1), Body: body}})
}

// JobCreated enters under which name the service knows a job, and when it came to be.
func (l *Ledger) JobCreated(ctx context.Context, name, id string, at time.Time) error {
	return l.happened(ctx, jobCreated, Job{Name: name, ID: id, Created: at})
}

// JobEnded enters that all that will come of a job is in the book.
func (l *Ledger) JobEnded(ctx context.Context, name string, o JobOutcome) error {
	return l.happened(ctx, jobEnded, Job{Name: name, Outcome: o})
}

// ForgetJob sets the questions of a job free, as nothing will come of it.
func (l *Ledger) ForgetJob(ctx context.Context, name, why string) error {
	return l.happened(ctx, jobForgotten, Job{Name: name, Why: why})
}

// happened enters what happens to a job now, or right after the last that is known of it, if the clock of the machine
// that told of that is ahead.
func (l *Ledger) happened(ctx context.Context, kind Kind, j Job) error {
	at := time.Now()
	err := l.with(ctx, func(ix *index) error {
		var last int64
		key := jobKey(j.Name)
		err := ix.db.QueryRowContext(ctx, "SELECT coalesce(max(at), 0) FROM outcomes WHERE key = ?", key[:]).Scan(&last)
		at = time.Unix(0, max(at.UnixNano(), last+1))
		return err
	})
	if err != nil {
		return err
	}
	r, err := recordOf(kind, at, j)
	if err != nil {
		return err
	}
	return l.Commit(ctx, []Record{r})
}

func recordOf(kind Kind, at time.Time, j Job) (Record, error) {
	text, err := json.Marshal(j)
	if err != nil {
		return Record{}, fmt.Errorf("ledger: enter the job %s: %w", j.Name, err)
	}
	return Record{Key: jobKey(j.Name), Kind: kind, At: at, Provenance: text}, nil
}

// Jobs lists all jobs, in the order in which they were intended.
func (l *Ledger) Jobs(ctx context.Context) ([]Job, error) {
	var facts []fact
	err := l.with(ctx, func(ix *index) (err error) {
		facts, err = ix.jobFacts(ctx, "o.kind >= ?", jobIntended)
		return err
	})
	if err != nil {
		return nil, err
	}
	var jobs []*Job
	known := map[Key]*Job{}
	for _, f := range facts {
		if f.kind == jobQuestions {
			continue
		}
		r, damage, err := l.read(ctx, f.key, f.place)
		if err != nil {
			return nil, err
		}
		if damage != nil {
			l.warn(damage.Name, damage)
			continue
		}
		if known[f.key] == nil {
			known[f.key] = &Job{}
			jobs = append(jobs, known[f.key])
		}
		if err := known[f.key].take(r); err != nil {
			return nil, err
		}
	}
	list := make([]Job, len(jobs))
	for i, j := range jobs {
		list[i] = *j
	}
	slices.SortStableFunc(list, func(a, b Job) int { return a.Intended.Compare(b.Intended) })
	return list, nil
}

// take adds one thing that happened. A job that was forgotten and is then found to exist is open again.
func (j *Job) take(r Record) error {
	var told Job
	if err := json.Unmarshal(r.Provenance, &told); err != nil {
		return fmt.Errorf("ledger: read what happened to a job: %w", err)
	}
	switch r.Kind {
	case jobIntended:
		*j = told
	case jobCreated:
		j.Name, j.ID, j.Created, j.Forgotten, j.Why = told.Name, told.ID, told.Created, time.Time{}, ""
	case jobEnded:
		j.Name, j.Outcome, j.Ended = told.Name, told.Outcome, r.At
	case jobForgotten:
		j.Name, j.Why, j.Forgotten = told.Name, told.Why, r.At
	}
	return nil
}

// JobKeys returns the keys of the questions in a job.
func (l *Ledger) JobKeys(ctx context.Context, name string) ([]Key, error) {
	key := jobKey(name)
	var facts []fact
	err := l.with(ctx, func(ix *index) (err error) {
		facts, err = ix.jobFacts(ctx, "o.key = ? AND o.kind = ?", key[:], jobQuestions)
		return err
	})
	if err != nil || len(facts) == 0 {
		return nil, err
	}
	r, damage, err := l.read(ctx, key, facts[0].place)
	if err = errors.Join(err, orNil(damage)); err != nil {
		return nil, err
	}
	keys := make([]Key, len(r.Body)/len(Key{}))
	for i := range keys {
		keys[i] = Key(r.Body[i*len(Key{}):])
	}
	return keys, nil
}

// orNil keeps a nil *Damage from becoming an error.
func orNil(d *Damage) error {
	if d == nil {
		return nil
	}
	return d
}

// A fact is a record of a job and where it lies.
type fact struct {
	key  Key
	kind Kind
	place
}

// jobFacts lists the records of jobs of which a condition is true, in the order in which they happened.
func (ix *index) jobFacts(ctx context.Context, where string, values ...any) (facts []fact, err error) {
	rows, err := ix.db.QueryContext(ctx, `SELECT o.key, o.kind, s.name, s.size, o.at, o.off, o.n
		FROM outcomes o JOIN segments s ON s.id = o.segment WHERE `+where+` ORDER BY o.at, o.sum`, values...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var f fact
		var key []byte
		var at int64
		if err := rows.Scan(&key, &f.kind, &f.segment, &f.size, &at, &f.off, &f.n); err != nil {
			return nil, err
		}
		copy(f.key[:], key)
		f.at = time.Unix(0, at)
		facts = append(facts, f)
	}
	return facts, rows.Err()
}
