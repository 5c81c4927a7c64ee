// Package batch sends the questions of a gateway in batch jobs: at half the price, within hours, and across the death of
// the process that sent them.
//
// A [Gateway] wraps a model.Gateway. Read it in this order: gateway.go and options.go; sending.go is one call of Send, in
// which one goroutine, the owner, decides what is done next (owner.go) and each job has another that carries it out;
// spool.go keeps the questions of the call on disk, queue.go decides what goes into the next job. A job is made in
// submit.go of the file that pack.go writes, followed to its end in follow.go, and its answers are taken in by collect.go.
// takeup.go goes on with the jobs of processes that ended, doubt.go looks for jobs of which nobody knows whether they
// exist, foreign.go takes over jobs that somebody else made, and hands.go is for the user's own decisions about jobs.
//
// What must stay true, whenever the process is killed:
//
//   - Before a job is created, its intent is durable in the ledger, with the keys of its questions and a name that no
//     other job has. While that job is open, in the words of ledger.Job, no other asks any of its questions.
//   - A job is created once. If nobody knows whether it was, it is looked for by its name; if it is not found its
//     questions wait, in this apply and the next ones, until it is found or the user says that there is none.
//   - An answer belongs to the question whose key it came with, and to no other. What comes with an unknown key, or with
//     none, is counted and left.
//   - What a job answered is taken in whatever the job's state, and only then the job counts as ended. Answers are
//     durable in the ledger as they are read. Reading them again gives the same records, so none is counted twice.
//
// Memory does not grow with the questions but for some hundred bytes each; their text is on disk.
package batch
