package model

import (
	"context"
	"errors"

	"sftrun.local/steps"
	"sftrun.local/steps/fault"
	"sftrun.local/steps/model/ledger"
)

// A call is one question on its way to a client that costs something, which may take several tries. It goes with the
// context, through all that waits in front of the client.
type call struct {
	sending *sending
	stop    context.Context // ends when no more is to be sent
	asked   asking
	begun   bool // its intent is durable
	doubt   bool // a try may have been billed, and nobody knows how much
}

type callKey struct{}

// begin is called right before each try: what may be billed is durable as intended before it is sent.
func (c *call) begin() error {
	if !c.begun {
		if err := c.sending.intend(c.asked.record(ledger.Intended)); err != nil {
			return err
		}
		c.begun = true
		fault.Point("question: intended")
	}
	return c.sending.admitted(c.stop)
}

// tried takes in how a try ended.
func (c *call) tried(err error) {
	var trouble *Trouble
	var refusal *steps.Refusal
	var certain interface{ NothingDone() bool }
	switch {
	case err == nil:
	case errors.As(err, &trouble) && trouble.Class == Lost:
		c.doubt = true
		c.sending.lost.Add(1)
	case trouble != nil:
	case errors.As(err, &refusal):
	case errors.As(err, &certain):
		c.doubt = c.doubt || !certain.NothingDone()
	default:
		c.doubt = true
	}
}

// close says what the ledger is to know of a call that came to nothing, besides what is in the note: an intent ends
// unless a try is in doubt.
func (c *call) close(n note, err error) (note, error) {
	switch {
	case err != nil && c.begun && !c.doubt:
		n.record = c.asked.record(ledger.Settled)
	case n.record.Kind == ledger.Settled && c.doubt:
		n.record.Kind = ledger.Intended
	}
	return n, err
}

// A last is the client behind all that waits: whatever passes it is sent.
type last struct {
	gateway *Gateway
	next    Client
}

// Generate asks, and prices what was billed.
func (l last) Generate(ctx context.Context, r Request) (Answer, Provenance, error) {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return Answer{}, Provenance{}, errors.New("a client was asked behind the gateway's back")
	}
	if err := c.begin(); err != nil {
		return Answer{}, Provenance{}, err
	}
	answer, from, err := l.next.Generate(ctx, r)
	c.tried(err)
	if from.CostUSD == 0 {
		from.CostUSD = l.gateway.costOf(r.Model, answer.Usage)
	}
	return answer, from, err
}
