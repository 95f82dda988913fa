package relay

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// seenEach is how often it is noted that a shop is linked, and looked whether its token
// is still good.
const seenEach = 30 * time.Second

// chainLink is a link as the chain has it.
type chainLink struct {
	*link
	chain  *Chain
	caller directory.Caller
	hello  protocol.RelayHello // set before the link is among the chain's
	since  time.Time
	news   chan struct{} // holds a token if tills may have changed

	mu      sync.Mutex
	copies  map[protocol.MultiSessionID]*chainCopy // by the id at home
	calls   map[int64]call                         // by ref; nil when the link is over
	lastRef int64
}

// chainCopy is one multi-session of the link.
type chainCopy struct {
	id      protocol.MultiSessionID // here
	stop    func()                  // ends the bell's wake-ups
	head    protocol.Seq            // at home, as far as is known
	seq     protocol.Seq            // that is stored here
	behind  time.Time               // since when the copy isn't there; zero: it is
	changed bool                    // tills may have changed, or must be told anew
	anew    bool

	// Watch's alone: what was told.
	tills    []protocol.RelayTill
	waiting  bool
	presence *multisession.Presence
	looked   int // its version

	looker looker // the reader's alone
}

// call is a push that waits for its answer.
type call struct {
	at   protocol.MultiSessionID // at home
	done func(*protocol.RelayPushed) error
}

// run serves the link until it ends.
func (l *chainLink) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop()
	greeted := false
	return l.read(func(t string, frame []byte) error {
		if !greeted {
			err := l.greet(ctx, t, frame)
			if greeted = err == nil; !greeted {
				l.fail(err)
				<-l.over
				return err
			}
			watching.Go(func() { l.watch(ctx) })
			return nil
		}
		err := l.take(ctx, t, frame)
		if err != nil {
			l.fail(err)
			<-l.over
		}
		return err
	})
}

// greet answers the hello.
func (l *chainLink) greet(ctx context.Context, t string, frame []byte) error {
	c := &l.chain.config
	if err := json.Unmarshal(frame, &l.hello); err != nil || t != protocol.RelayHelloFrame {
		return protocol.Errorf(protocol.BadRequest, "the first frame must be a hello")
	}
	if l.hello.Relay != protocol.RelayVersion {
		return protocol.Errorf(protocol.UpgradeRequired, "the chain's server (version %s) links with shops by version %d, the shop's (version %s) by version %d: update the older one", c.Version, protocol.RelayVersion, l.hello.Version, l.hello.Relay)
	}
	if l.hello.ServerID == c.Identity.ServerID {
		return protocol.Errorf(protocol.Conflict, "upstream names this server's own database: name the chain's server")
	}
	row, err := l.chain.directory.RelayLinks(ctx, l.caller, l.hello.ServerID, c.Now())
	if err != nil {
		return err
	}
	l.chain.linked(l)
	c.Log.Info("a shop is linked", "relay", row.ID, "name", row.Name, "version", l.hello.Version, "epoch", l.hello.Epoch)
	return l.send(protocol.RelayWelcome{
		T: protocol.RelayWelcomeFrame, Relay: protocol.RelayVersion, Version: c.Version, ServerID: c.Identity.ServerID, ID: row.ID, Name: row.Name,
	})
}

func (l *chainLink) take(ctx context.Context, t string, frame []byte) error {
	switch t {
	case protocol.RelayOffersFrame:
		return decode(frame, func(f *protocol.RelayOffers) error { return l.offers(ctx, f) })
	case protocol.RelayPieceFrame:
		return decode(frame, func(f *protocol.RelayPiece) error { return l.piece(ctx, f) })
	case protocol.RelayPushedFrame:
		return decode(frame, l.pushed)
	case protocol.RelayPresenceFrame:
		return decode(frame, func(f *protocol.RelayPresence) error { return l.look(ctx, f) })
	case protocol.RelayWaitingFrame, protocol.RelayResolvedFrame:
		return decode(frame, func(f *protocol.RelayRejections) error {
			return l.takeRejections(ctx, f, l.chain.config.Store, multisession.CopyID(l.caller.Relay, f.MultiSession))
		})
	case protocol.RelayHeadsFrame:
		return decode(frame, func(f *protocol.RelayHeads) error {
			for ms, head := range f.Heads {
				l.know(ms, head)
			}
			return nil
		})
	}
	return nil // a newer shop's
}

// offers makes copies of what is new, and says how far each is.
func (l *chainLink) offers(ctx context.Context, f *protocol.RelayOffers) error {
	answer := protocol.RelayPositions{T: protocol.RelayPositionsFrame, Positions: []protocol.RelayPosition{}}
	offered := map[protocol.MultiSessionID]bool{}
	for _, o := range f.MultiSessions {
		id, err := l.chain.directory.Offered(ctx, l.caller.Relay, o)
		if err != nil {
			return err
		}
		offered[id] = true
		session, leave, err := l.chain.hub.Enter(ctx, id)
		if err != nil {
			return err
		}
		reply := session.Ask(ctx, &multisession.Standing{})
		tag := session.Feed.Head()
		leave()
		if reply.Err != nil {
			return reply.Err
		}
		at := protocol.RelayPosition{MultiSession: o.ID, Seq: reply.Head, RelayProgress: *reply.Progress}
		if tag.Seq == reply.Head {
			at.Tag = tagText(tag.Tag)
		}
		answer.Positions = append(answer.Positions, at)
		l.keep(o.ID, id, reply.Head)
	}
	if err := l.withdraw(ctx, offered); err != nil {
		return err
	}
	return l.send(answer)
}

// keep notes a copy, and has its tills told.
func (l *chainLink) keep(at, id protocol.MultiSessionID, seq protocol.Seq) {
	l.mu.Lock()
	known := l.copies[at] != nil
	l.mu.Unlock()
	if known {
		return
	}
	one := &chainCopy{id: id, seq: seq, behind: l.chain.config.Now(), changed: true, anew: true}
	one.stop = l.chain.hub.Bell().Listen(id, func() { l.tillsChanged(at, false) })
	l.mu.Lock()
	l.copies[at] = one
	l.mu.Unlock()
	kick(l.news)
}

// withdraw makes the copies inactive whose multi-sessions aren't there any more.
func (l *chainLink) withdraw(ctx context.Context, offered map[protocol.MultiSessionID]bool) error {
	rows, err := l.chain.config.Store.MultiSessions(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		relay, at, copied := multisession.HomeOf(row.ID)
		if copied && relay == l.caller.Relay && !offered[row.ID] && row.Active && !row.Deleted {
			if _, err := l.chain.directory.Offered(ctx, relay, protocol.RelayOffer{ID: at, Name: row.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// piece stores a piece and says so.
func (l *chainLink) piece(ctx context.Context, f *protocol.RelayPiece) error {
	id := multisession.CopyID(l.caller.Relay, f.MultiSession)
	session, leave, err := l.chain.hub.Enter(ctx, id)
	if err != nil {
		return err
	}
	defer leave()
	reply := session.Ask(ctx, readPiece(f, id))
	if reply.Err != nil {
		return reply.Err
	}
	l.mu.Lock()
	if one := l.copies[f.MultiSession]; one != nil {
		one.seq, one.head = reply.Head, max(one.head, f.Head)
		if one.behind.IsZero() {
			one.behind = l.chain.config.Now()
		}
		if reply.Head >= one.head && f.Progress.Since == nil {
			one.behind = time.Time{}
		}
	}
	l.mu.Unlock()
	return l.send(protocol.RelayStored{T: protocol.RelayStoredFrame, MultiSession: f.MultiSession, Seq: reply.Head})
}

// know notes the head of a multi-session at home.
func (l *chainLink) know(at protocol.MultiSessionID, head protocol.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.copies[at]
	if one == nil {
		return
	}
	if one.head = max(one.head, head); one.seq < one.head && one.behind.IsZero() {
		one.behind = l.chain.config.Now()
	}
}

// copyStatus fills in what the link knows of a copy; false if it doesn't have it.
func (l *chainLink) copyStatus(shown *protocol.AdminCopy) bool {
	_, at, _ := multisession.HomeOf(shown.ID)
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.copies[at]
	if one == nil {
		return false
	}
	behind := max(0, one.head-shown.Seq)
	shown.Behind = &behind
	if !one.behind.IsZero() {
		shown.BehindMS = l.chain.config.Now().Sub(one.behind).Milliseconds()
	}
	return true
}
