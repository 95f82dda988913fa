package relay

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// push sends a push to its home.
func (l *chainLink) push(ms, at protocol.MultiSessionID, p *multisession.Push, done func(*multisession.Reply)) {
	frame := protocol.RelayPush{T: protocol.RelayPushFrame, MultiSession: at, ClientID: p.Client, POS: p.POS}
	for _, m := range p.Mutations {
		frame.Mutations = append(frame.Mutations, m.Raw)
	}
	l.mu.Lock()
	known := l.calls != nil
	if known {
		l.lastRef++
		frame.Ref = l.lastRef
		l.calls[frame.Ref] = call{at, done}
	}
	l.mu.Unlock()
	if known && l.send(frame) == nil {
		return
	}
	l.mu.Lock()
	_, still := l.calls[frame.Ref]
	delete(l.calls, frame.Ref)
	l.mu.Unlock()
	if still || !known {
		done(&multisession.Reply{Err: multisession.HomeAway(ms)})
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
	reply := &multisession.Reply{LastID: f.LastID}
	if f.Error != nil {
		reply.Err = f.Error.Failure().Because(multisession.ErrHomeAway)
	}
	if f.Error != nil && f.Error.Code == protocol.TillClosed {
		// It was closed at home; here it is open, or the push wouldn't have been sent.
		l.tillsChanged(c.ms, true)
		reply.Err = protocol.Errorf(protocol.Overloaded, "the till is being opened at the shop; push again").With(protocol.Pause{RetryAfterMS: 500}).Because(multisession.ErrHomeAway)
	}
	for _, raw := range f.Results {
		var r protocol.Result
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("a result of the shop can't be read: %w", err)
		}
		reply.Results = append(reply.Results, multisession.Result{Status: r.Status, Rejection: r.Rejection, JSON: raw})
	}
	c.done(reply)
	return nil
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
	}
	for _, ref := range slices.Sorted(maps.Keys(calls)) {
		calls[ref].done(&multisession.Reply{Err: multisession.HomeAway(multisession.CopyID(l.caller.Relay, calls[ref].ms))})
	}
}
