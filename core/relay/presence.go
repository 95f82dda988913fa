package relay

import (
	"context"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// sendPresence tells what changed of who looks at what here since a version: with 0, who
// does now, as all if somebody was told before.
func (l *link) sendPresence(at protocol.MultiSessionID, here *multisession.Presence, version *int, again bool) error {
	first := *version == 0
	news, now := here.ForLink(*version)
	*version = now
	if len(news) == 0 && !again {
		return nil
	}
	return l.send(protocol.RelayPresence{T: protocol.RelayPresenceFrame, MultiSession: at, All: first, Present: news})
}

// ofChain begins the names of the chain's connections, at the shop.
const ofChain = "chain"

// look takes what the chain's connections look at.
func (l *shopLink) look(o *outlet, now []protocol.Presence, all bool) {
	if o.session.Presence.Across(l.name, ofChain, now, all) {
		l.upstream.hub.Bell().Ring(o.ms)
	}
}

// sendPresence tells the shop who looks at what in a copy.
func (l *chainLink) sendPresence(at protocol.MultiSessionID, one *chainCopy, here *multisession.Presence) error {
	again := one.presence != nil && one.presence != here
	if again {
		one.looked = 0
	}
	one.presence = here
	return l.link.sendPresence(at, here, &one.looked, again)
}

// looker keeps the copy at work while somebody at the shop looks at one of its orders:
// presence is nowhere but in its session.
type looker struct {
	session *multisession.Session
	leave   func()
	conns   map[string]bool // that look at an order
}

// look takes what the shop's connections look at.
func (l *chainLink) look(ctx context.Context, f *protocol.RelayPresence) error {
	l.mu.Lock()
	one := l.copies[f.MultiSession]
	l.mu.Unlock()
	if one == nil {
		return nil
	}
	at := &one.looker
	if at.session == nil || at.session.Replaced() {
		at.end()
		session, leave, err := l.chain.hub.Enter(ctx, one.id)
		if err != nil {
			return err
		}
		*at = looker{session, leave, map[string]bool{}}
	}
	if f.All {
		clear(at.conns)
	}
	for _, p := range f.Present {
		if at.conns[p.Conn] = true; p.Order == nil {
			delete(at.conns, p.Conn)
		}
	}
	if at.session.Presence.Across(l.name, string(l.caller.Relay), f.Present, f.All) {
		l.chain.hub.Bell().Ring(one.id)
	}
	if len(at.conns) == 0 {
		at.end()
	}
	return nil
}

// noLook ends what the shop's connections look at, with the link.
func (l *chainLink) noLook(one *chainCopy) {
	if at := &one.looker; at.session != nil {
		if at.session.Presence.Across(l.name, "", nil, true) {
			l.chain.hub.Bell().Ring(one.id)
		}
		at.end()
	}
}

func (at *looker) end() {
	if at.session != nil {
		at.leave()
	}
	*at = looker{}
}
