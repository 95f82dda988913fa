package relay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// pushOf is a push as a link carries it; at is the multi-session's id at home.
func pushOf(at protocol.MultiSessionID, p *multisession.Push) *protocol.RelayPush {
	frame := &protocol.RelayPush{T: protocol.RelayPushFrame, MultiSession: at, ClientID: p.Client, POS: p.POS}
	for _, m := range p.Mutations {
		frame.Mutations = append(frame.Mutations, m.Raw)
	}
	return frame
}

// replyOf is the shop's answer to a push of the copy ms; nil is that there is none. The
// error is of an answer that can't be read.
func replyOf(ms protocol.MultiSessionID, f *protocol.RelayPushed) (*multisession.Reply, error) {
	switch {
	case f == nil:
		return &multisession.Reply{Err: multisession.HomeAway(ms)}, nil
	case f.Error != nil && f.Error.Code == protocol.TillClosed:
		err := protocol.Errorf(protocol.Overloaded, "the till is being opened at the shop; push again").With(protocol.Pause{RetryAfterMS: 500})
		return &multisession.Reply{Err: err.Because(multisession.ErrHomeAway)}, nil
	case f.Error != nil:
		return &multisession.Reply{Err: f.Error.Failure().Because(multisession.ErrHomeAway)}, nil
	}
	reply := &multisession.Reply{LastID: f.LastID}
	for _, raw := range f.Results {
		var r protocol.Result
		if err := json.Unmarshal(raw, &r); err != nil {
			err = fmt.Errorf("a result of the shop can't be read: %w", err)
			return &multisession.Reply{Err: protocol.AsError(err)}, err
		}
		reply.Results = append(reply.Results, multisession.Result{Status: r.Status, Rejection: r.Rejection, JSON: raw})
	}
	return reply, nil
}

// push sends a push to its home. done is called once: with nil if the link ends before
// there is an answer. What it returns ends the link.
func (l *chainLink) push(frame *protocol.RelayPush, done func(*protocol.RelayPushed) error) {
	own := *frame
	l.mu.Lock()
	known := l.calls != nil
	if known {
		l.lastRef++
		own.Ref = l.lastRef
		l.calls[own.Ref] = call{own.MultiSession, done}
	}
	l.mu.Unlock()
	if known && l.send(own) == nil {
		return
	}
	l.mu.Lock()
	_, still := l.calls[own.Ref]
	delete(l.calls, own.Ref)
	l.mu.Unlock()
	if still || !known {
		_ = done(nil)
	}
}

// pushed hands an answer over; the copy has its changes.
func (l *chainLink) pushed(f *protocol.RelayPushed) error {
	l.mu.Lock()
	c, known := l.calls[f.Ref]
	delete(l.calls, f.Ref)
	l.mu.Unlock()
	if !known {
		return nil
	}
	if f.Error != nil && f.Error.Code == protocol.TillClosed {
		l.tillsChanged(c.at, true) // it is open here, or the push wouldn't have been sent
	}
	return c.done(f)
}

// drop ends what waits for the link, which is over.
func (l *chainLink) drop() {
	l.mu.Lock()
	calls := l.calls
	l.calls = nil
	copies := slices.Collect(maps.Values(l.copies))
	l.mu.Unlock()
	for _, one := range copies {
		one.stop()
		l.noLook(one)
	}
	for _, ref := range slices.Sorted(maps.Keys(calls)) {
		_ = calls[ref].done(nil)
	}
}
