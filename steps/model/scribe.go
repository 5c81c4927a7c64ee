package model

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"sftrun.local/steps"
	"sftrun.local/steps/fault"
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
	stop    func(cause error)   // stops the sending
	notes   chan note           // from the workers, by hand; closed at the end
	room    *semaphore.Weighted // bytes of answers that may wait in notes
	intents chan intent         // from the workers

	calls  []intent // they begin when their intents are stored
	group  []note
	bytes  int
	due    <-chan time.Time // set while a group waits
	failed error            // the groups that could not be stored at once
}

type intent struct {
	record ledger.Record
	done   chan error
}

func newScribe(g *Gateway, sent func(steps.Sent), stop func(error)) scribe {
	if sent == nil {
		sent = func(steps.Sent) {}
	}
	return scribe{gateway: g, sent: sent, stop: stop, notes: make(chan note, groupCount), room: semaphore.NewWeighted(groupBytes), intents: make(chan intent)}
}

// hand gives a note to the scribe. While that is busy storing a group, the next one gathers, so that workers need not
// wait for the disk.
func (s *scribe) hand(n note) {
	_ = s.room.Acquire(context.Background(), n.weight()) // run takes notes until there are no more, so there will be room
	s.notes <- n
}

// weight is the room that a note takes. One that is larger than all there is takes all.
func (n *note) weight() int64 { return min(int64(len(n.record.Body)), groupBytes) }

// intend returns when the intent is durable.
func (s *scribe) intend(r ledger.Record) error {
	done := make(chan error, 1)
	s.intents <- intent{r, done}
	return <-done
}

// run works until notes is closed. Intents cannot wait, so they are stored at once, together with those that others
// have ready and with the outcomes that do wait.
func (s *scribe) run(ctx context.Context) error {
	for {
		select {
		case in := <-s.intents:
			s.gather(in)
			s.takeWaiting(ctx)
			s.store(ctx)
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

func (s *scribe) gather(first intent) {
	s.calls = append(s.calls, first)
	for {
		select {
		case in := <-s.intents:
			s.calls = append(s.calls, in)
		default:
			return
		}
	}
}

// takeWaiting takes the notes that wait. A worker hands over the note of its last call before the intent of its next,
// so no call begins before the one before it is stored: no more paid answers are ever at risk than there are workers.
func (s *scribe) takeWaiting(ctx context.Context) {
	for {
		select {
		case n := <-s.notes:
			s.add(ctx, n)
		default:
			return
		}
	}
}

func (s *scribe) add(ctx context.Context, n note) {
	s.room.Release(n.weight())
	if !n.toKeep() {
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
	err := s.commit(ctx)
	s.begin(err)
	if err != nil {
		s.failed = errors.Join(s.failed, err)
		s.stop(err)
		return
	}
	s.finish()
}

func (s *scribe) commit(ctx context.Context) error {
	records := make([]ledger.Record, 0, len(s.calls)+len(s.group))
	for _, in := range s.calls {
		records = append(records, in.record)
	}
	for _, n := range s.group {
		records = append(records, n.record)
	}
	err := s.gateway.ledger.Commit(ctx, records)
	fault.Point("question: stored")
	return err
}

// begin lets calls begin whose intents were stored, or tells them why they must not.
func (s *scribe) begin(err error) {
	for _, in := range s.calls {
		in.done <- err
	}
	s.calls = s.calls[:0]
}

// finish tells of the group and lets others have its questions.
func (s *scribe) finish() {
	for _, n := range s.group {
		if n.transient() {
			s.gateway.fail(n.record.Key, n.refusal)
		}
		s.gateway.release(n.record.Key)
		if n.sent.Key != "" {
			s.sent(n.sent)
		}
	}
	clear(s.group)
	s.group, s.bytes = s.group[:0], 0
}

// end stores what is left, if need be by a second try, as it may have been paid for.
func (s *scribe) end(ctx context.Context) error {
	err := s.commit(ctx)
	if err != nil {
		err = s.commit(ctx)
	}
	if err == nil {
		s.finish()
		return s.failed
	}
	for _, n := range s.group {
		s.gateway.release(n.record.Key)
	}
	if errors.Is(err, ledger.ErrUnindexed) {
		return errors.Join(s.failed, err)
	}
	return fmt.Errorf("%d answers could not be stored and are lost: %w", len(s.group), errors.Join(s.failed, err))
}
