package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/model/ledger"
)

// finished is the only finish reason with which an answer is whole.
const finished = "STOP"

// A note is one question that was dealt with.
type note struct {
	sent    steps.Sent     // zero if there is nothing to tell
	record  ledger.Record  // zero if nothing is to be kept
	refusal *steps.Refusal // set if there is no answer
}

// An asking is one call: its question, on whose behalf it is made, and when it began.
type asking struct {
	key   ledger.Key
	call  ledger.Call
	began time.Time
}

// record returns what happens to the asking now. Its time is not before the beginning, even if the clock was set back
// meanwhile: an outcome ends only the intents before it.
func (a asking) record(kind ledger.Kind) ledger.Record {
	return ledger.Record{Key: a.key, Kind: kind, At: a.began.Add(time.Since(a.began)), Call: a.call}
}

// noteOf turns what a client returned into what the ledger keeps.
func noteOf(asked asking, a Answer, from Provenance, failed error) (note, error) {
	n := note{
		sent:   steps.Sent{Key: asked.key.String(), TokensIn: a.Usage.In, TokensOut: a.Usage.Out + a.Usage.Thought, USD: from.CostUSD},
		record: asked.record(ledger.Answered),
	}
	n.record.Cost = billOf(a.Usage, from)
	if failed == nil && a.Finish != finished {
		failed = unfinished(a)
	}
	if errors.As(failed, &n.refusal) {
		n.refuse()
		return n, nil
	}
	if failed != nil {
		return note{}, fmt.Errorf("ask model %s: %w", asked.call.Model, failed)
	}
	var err error
	if n.record.Body, err = json.Marshal(a); err != nil {
		return note{}, fmt.Errorf("keep the answer of model %s: %w", asked.call.Model, err)
	}
	n.record.Provenance, err = json.Marshal(from)
	return n, err
}

// unfinished refuses an answer that the model did not end by itself.
func unfinished(a Answer) *steps.Refusal {
	reason := a.Finish
	if reason == "" {
		reason = "no finish reason"
	}
	return &steps.Refusal{Reason: reason, Detail: fmt.Sprintf("the answer ended after %d tokens, and %d of thinking", a.Usage.Out, a.Usage.Thought)}
}

func (n *note) refuse() {
	n.sent.Refused = true
	n.record.Kind, n.record.Reason, n.record.Detail = ledger.Refused, n.refusal.Reason, n.refusal.Detail
	switch {
	case n.transient() && n.record.Cost == ledger.Cost{}:
		n.record.Kind = ledger.Settled
	case n.transient():
		n.record.Kind = ledger.Failed
	}
}

// toKeep tells that the ledger has to know.
func (n *note) toKeep() bool { return n.record.Kind != 0 }

// transient tells that the question may be answered another time.
func (n *note) transient() bool { return n.refusal != nil && n.refusal.Transient }

func billOf(u Usage, from Provenance) ledger.Cost {
	return ledger.Cost{In: u.In, Out: u.Out, Thought: u.Thought, Cached: u.Cached, USD: from.CostUSD}
}
