package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/model/ledger"
)

// A note is one question that was dealt with.
type note struct {
	sent    steps.Sent
	record  ledger.Record  // zero if the question was known
	refusal *steps.Refusal // set if there is no answer
}

// noteOf turns what a client returned into what the ledger keeps.
func noteOf(key ledger.Key, call ledger.Call, a Answer, from Provenance, failed error) (note, error) {
	n := note{
		sent:   steps.Sent{Key: key.String(), TokensIn: a.Usage.In, TokensOut: a.Usage.Out + a.Usage.Thought, USD: from.CostUSD},
		record: ledger.Record{Key: key, Kind: ledger.Answered, At: time.Now(), Call: call, Cost: costOf(a.Usage, from)},
	}
	if errors.As(failed, &n.refusal) {
		n.refuse()
		return n, nil
	}
	if failed != nil {
		return note{}, fmt.Errorf("ask model %s: %w", call.Model, failed)
	}
	var err error
	if n.record.Body, err = json.Marshal(a); err != nil {
		return note{}, fmt.Errorf("keep the answer of model %s: %w", call.Model, err)
	}
	n.record.Provenance, err = json.Marshal(from)
	return n, err
}

func (n *note) refuse() {
	n.sent.Refused = true
	n.record.Kind, n.record.Reason, n.record.Detail = ledger.Refused, n.refusal.Reason, n.refusal.Detail
	if n.refusal.Transient {
		n.record.Kind = ledger.Failed
	}
}

// known tells that nothing was asked.
func (n *note) known() bool { return n.record.Kind == 0 }

// transient tells that the question may be answered another time.
func (n *note) transient() bool { return n.record.Kind == ledger.Failed }

func costOf(u Usage, from Provenance) ledger.Cost {
	return ledger.Cost{In: u.In, Out: u.Out, Thought: u.Thought, Cached: u.Cached, USD: from.CostUSD}
}
