package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/model/ledger"
)

const (
	// linger is how long an answer waits for others to be stored with it. Until then a loss of power loses it, so it
	// is short beside the seconds that a call takes; and it bounds how many segments a slow model makes.
	linger = 50 * time.Millisecond

	// groupBytes and groupCount bound a group of answers, in bytes of their bodies and in number.
	groupBytes = 4 << 20
	groupCount = 4096
)

// A scribe enters outcomes and intents into the ledger, in groups, so that a group costs one segment and a few syncs.
// It is the only one that tells Sent.
type scribe struct {
	gateway *Gateway
	sent    func(steps.Sent)
	stop    func(cause error) // stops the sending
	notes   chan note         // from the workers; closed at the end
	intents chan intent       // from the workers

	group  []note
	bytes  int
	due    <-chan time.Time // set while a group waits
	failed error            // the first group that could not be stored
}

type intent struct {
	ledger.Intent
	done chan error
}

func newScribe(g *Gateway, sent func(steps.Sent), stop func(error)) scribe {
	if sent == nil {
		sent = func(steps.Sent) {}
	}
	return scribe{gateway: g, sent: sent, stop: stop, notes: make(chan note), intents: make(chan intent)}
}

// intend returns when the intent is durable.
func (s *scribe) intend(in ledger.Intent) error {
	done := make(chan error, 1)
	s.intents <- intent{in, done}
	return <-done
}

// run works until notes is closed.
func (s *scribe) run(ctx context.Context) error {
	for {
		select {
		case in := <-s.intents:
			s.enter(ctx, in)
		case n, ok := <-s.notes:
			if !ok {
				return s.end(ctx)
			}
			s.add(ctx, n)
		case <-s.due:
			s.store(ctx)
		}
	}
}

// enter makes an intent durable, and with it those that others have ready.
func (s *scribe) enter(ctx context.Context, first intent) {
	waiting := []intent{first}
	for more := true; more; {
		select {
		case in := <-s.intents:
			waiting = append(waiting, in)
		default:
			more = false
		}
	}
	intents := make([]ledger.Intent, len(waiting))
	for i, in := range waiting {
		intents[i] = in.Intent
	}
	err := s.gateway.ledger.Intend(ctx, intents)
	for _, in := range waiting {
		in.done <- err
	}
}

func (s *scribe) add(ctx context.Context, n note) {
	if n.known() {
		s.sent(n.sent)
		return
	}
	if len(s.group) == 0 {
		s.due = time.After(linger)
	}
	s.group = append(s.group, n)
	s.bytes += len(n.record.Body)
	if s.bytes >= groupBytes || len(s.group) >= groupCount {
		s.store(ctx)
	}
}

// store stores the group. One that cannot be stored is kept, for end to try again, and no more is asked.
func (s *scribe) store(ctx context.Context) {
	s.due = nil
	if err := s.commit(ctx); err != nil {
		s.failed = errors.Join(s.failed, err)
		s.stop(err)
		return
	}
	s.finish()
}

func (s *scribe) commit(ctx context.Context) error {
	var records []ledger.Record
	var unbilled []ledger.Key
	for _, n := range s.group {
		if n.transient() && n.record.Cost.USD == 0 {
			unbilled = append(unbilled, n.record.Key)
		} else {
			records = append(records, n.record)
		}
	}
	if err := s.gateway.ledger.Commit(ctx, records); err != nil {
		return err
	}
	if len(unbilled) == 0 {
		return nil
	}
	return s.gateway.ledger.Settle(ctx, unbilled)
}

// finish tells of the group and lets others have its questions.
func (s *scribe) finish() {
	for _, n := range s.group {
		if n.transient() {
			s.gateway.fail(n.record.Key, n.refusal)
		}
		s.gateway.release(n.record.Key)
		s.sent(n.sent)
	}
	clear(s.group)
	s.group, s.bytes = s.group[:0], 0
}

// end stores what is left, if need be by a second try.
func (s *scribe) end(ctx context.Context) error {
	err := s.commit(ctx)
	if err == nil {
		s.finish()
		return s.failed
	}
	for _, n := range s.group {
		s.gateway.release(n.record.Key)
	}
	return fmt.Errorf("%d answers could not be stored and are lost: %w", len(s.group), errors.Join(s.failed, err))
}
