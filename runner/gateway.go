package runner

import (
	"context"
	"iter"

	"sftrun.local/steps"
)

// A Gateway answers questions: from its ledger for nothing, or by asking a model. Steps never reach it but through
// In.Ask.
type Gateway interface {
	// Lookup returns the reply to a question that was answered before, a *steps.Refusal if it is settled that there
	// is none, and steps.ErrPending otherwise. It sends nothing.
	Lookup(ctx context.Context, q steps.Question) (steps.Reply, error)

	// Quote tells what it would cost to ask. It sends nothing.
	Quote(q steps.Question) (steps.Quote, error)

	// Send obtains an answer, or a refusal, for every question, and makes each durable as it arrives. When ctx ends
	// it takes no more questions and returns ctx's error; what had arrived by then is kept. With steps.ErrLater some
	// questions are on their way, and their answers are not waited for.
	Send(ctx context.Context, questions iter.Seq2[steps.Question, error], s steps.Sending) error

	// Forget takes back refusals and replies, so that the questions are asked again. What they cost stays in the books.
	Forget(ctx context.Context, keys []string) error
}
