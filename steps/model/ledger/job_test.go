package ledger

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var intended = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func aJob(name string, after time.Duration) Job {
	return Job{
		Name: name, Provider: "gemini", Account: "key 1", Call: Call{Run: "r1", Step: "s", Model: "m"}, Requests: 2, Tokens: 70, Most: 0.5, File: "files/a",
		Intended: intended.Add(after), Keeps: 48 * time.Hour,
	}
}

func intend(t *testing.T, l *Ledger, j Job, keys ...Key) {
	t.Helper()
	if err := l.IntendJob(t.Context(), j, keys); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func jobsOf(t *testing.T, l *Ledger) []Job {
	t.Helper()
	jobs, err := l.Jobs(t.Context())
	must(t, err)
	return jobs
}

// What happens to a job is known on every machine, also after its small segments were merged and the index was lost.
func TestJobsAreKnownHereAndElsewhere(t *testing.T) {
	bucket, path := newBucket(), filepath.Join(t.TempDir(), "l")
	l := openLedger(t, bucket, path, nil)
	created := intended.Add(time.Minute)
	for i, name := range []string{"doubt", "running", "ended", "forgotten", "back"} {
		intend(t, l, aJob(name, time.Duration(i)), keyOf(2*i), keyOf(2*i+1))
		if name != "doubt" && name != "forgotten" {
			must(t, l.JobCreated(t.Context(), name, "batches/"+name, created))
		}
	}
	must(t, l.JobEnded(t.Context(), "ended", JobOutcome{State: "SUCCEEDED", Answered: 1, Open: 1, USD: 0.25}))
	must(t, l.ForgetJob(t.Context(), "forgotten", "by hand"))
	must(t, l.ForgetJob(t.Context(), "back", "by hand"))
	must(t, l.JobCreated(t.Context(), "back", "batches/back", created))
	for i := range 2 * mergeCount {
		commit(t, l, answer(100+i, "x"))
	}
	for where, l := range map[string]*Ledger{"here": l, "elsewhere": openLedger(t, bucket, "", nil)} {
		var got []string
		for _, j := range jobsOf(t, l) {
			got = append(got, fmt.Sprintf("%s %q open %v doubt %v", j.Name, j.ID, j.Open(), j.InDoubt()))
			if j.Account != "key 1" || j.Tokens != 70 || j.Call.Step != "s" || !j.Intended.Equal(intended.Add(time.Duration(len(got)-1))) {
				t.Errorf("%s: %+v", where, j)
			}
		}
		want := []string{
			`doubt "" open true doubt true`, `running "batches/running" open true doubt false`, `ended "batches/ended" open false doubt false`,
			`forgotten "" open false doubt false`, `back "batches/back" open true doubt false`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", where, got)
		}
		keys, err := l.JobKeys(t.Context(), "running")
		if err != nil || !slices.Equal(keys, []Key{keyOf(2), keyOf(3)}) {
			t.Errorf("%s: %v, %v", where, keys, err)
		}
		if o := jobsOf(t, l)[2].Outcome; o.State != "SUCCEEDED" || o.Open != 1 || o.USD != 0.25 {
			t.Errorf("%s: %+v", where, o)
		}
	}
}

// Jobs are in no count of answers, in no sum, and in no export.
func TestJobsAreNoAnswers(t *testing.T) {
	l := openLedger(t, newBucket(), "", nil)
	intend(t, l, aJob("a", 0), keyOf(1))
	must(t, l.JobCreated(t.Context(), "a", "batches/a", intended))
	commit(t, l, answer(1, "one"))
	sums, err := l.Sums(t.Context())
	must(t, err)
	n, err := l.Holds(t.Context())
	must(t, err)
	doubt, err := l.InDoubt(t.Context())
	must(t, err)
	if len(sums) != 1 || n != 1 || doubt != 0 {
		t.Errorf("%+v, %d answers, %d in doubt", sums, n, doubt)
	}
	var file bytes.Buffer
	if _, err := l.Export(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	other := openLedger(t, newBucket(), "", nil)
	if _, err := other.Import(t.Context(), bytes.NewReader(file.Bytes()), false); err != nil {
		t.Fatal(err)
	}
	if jobs := jobsOf(t, other); len(jobs) > 0 {
		t.Errorf("%+v", jobs)
	}
	wantAnswer(t, other, 1, "one")
}

// Of a job whose records are lost nothing is kept, as nothing was paid with them; what else was in the segment is.
func TestAJobThatIsLostIsGivenUp(t *testing.T) {
	bucket := newBucket()
	l := openLedger(t, bucket, "", nil)
	intend(t, l, aJob("a", 0), keyOf(1))
	name := bucket.names()[0]
	intend(t, l, aJob("b", 1), keyOf(2))
	delete(bucket.objects, name)
	if _, err := l.GiveUp(t.Context(), []string{name}, nil); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Ledger{l, openLedger(t, bucket, "", nil)} {
		if jobs := jobsOf(t, l); len(jobs) != 1 || jobs[0].Name != "b" {
			t.Errorf("%+v", jobs)
		}
		if sums, err := l.Sums(t.Context()); err != nil || len(sums) > 0 {
			t.Errorf("%+v, %v", sums, err)
		}
	}
}

// Until when answers are to be had.
func TestCollectBy(t *testing.T) {
	j := aJob("a", 0)
	if got := j.CollectBy(); !got.Equal(intended.Add(48 * time.Hour)) {
		t.Error(got)
	}
	j.Created = intended.Add(time.Hour)
	if got := j.CollectBy(); !got.Equal(intended.Add(49 * time.Hour)) {
		t.Error(got)
	}
	j.Ended = intended.Add(2 * time.Hour)
	if got := j.CollectBy(); !got.IsZero() {
		t.Error(got)
	}
}
