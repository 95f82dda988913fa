package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
)

// look is how often a shop's multi-sessions are looked through for another one, or
// another name.
const look = 2 * time.Second

// shopLink is a link as the shop has it.
type shopLink struct {
	*link
	upstream *Upstream
	news     chan struct{} // holds a token if pump has something to do

	mu      sync.Mutex
	outlets map[protocol.MultiSessionID]*outlet
	guests  map[protocol.POSID]error // the chain's tills that it told of, and why one can't be opened here
	offered []protocol.RelayOffer    // pump's alone
}

// outlet is one multi-session of the link. Under the link's lock: stored, acked, answers,
// dirty, name. The rest is the pump's, or doesn't change.
type outlet struct {
	ms      protocol.MultiSessionID
	source  *source
	session *multisession.Session
	leave   func()

	name    string
	has     *protocol.RelayPosition // what the chain said that it has, to begin from
	dirty   bool                    // there may be something to send
	acked   bool                    // the piece that was sent last is stored
	at      place                   // up to where it was sent
	behind  time.Time               // since when the copy isn't up to date; zero: it is
	answers []answer
	looked  int // the version of presence that was told; 0 is none
}

// answer waits for the changes up to head to be sent.
type answer struct {
	head  protocol.Seq
	frame protocol.RelayPushed
}

// run serves the link until it ends.
func (l *shopLink) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var pumping sync.WaitGroup
	defer func() {
		stop()
		pumping.Wait()
		for _, o := range l.outlets {
			l.look(o, nil, true)
			o.leave()
		}
	}()
	welcomed := false
	return l.read(func(t string, frame []byte) error {
		if !welcomed {
			var w protocol.RelayWelcome
			if err := json.Unmarshal(frame, &w); err != nil || t != protocol.RelayWelcomeFrame {
				return fmt.Errorf("%s doesn't answer as a chain's server does; check upstream.url", l.upstream.config.URL)
			}
			welcomed = true
			l.upstream.welcomed(l, &w)
			pumping.Go(func() { l.pump(ctx) })
			return nil
		}
		return l.take(ctx, t, frame)
	})
}

func (l *shopLink) take(ctx context.Context, t string, frame []byte) error {
	switch t {
	case protocol.RelayPositionsFrame:
		return decode(frame, func(f *protocol.RelayPositions) error { return l.positions(ctx, f) })
	case protocol.RelayStoredFrame:
		return decode(frame, func(f *protocol.RelayStored) error {
			l.touch(f.MultiSession, func(o *outlet) { o.acked = true })
			l.upstream.piece.Store(min(mostPiece, 2*l.upstream.piece.Load()))
			return nil
		})
	case protocol.RelayTillsFrame:
		return decode(frame, func(f *protocol.RelayTills) error {
			return l.upstream.setTills(ctx, f.MultiSession, f.Tills, l.guest)
		})
	case protocol.RelayPushFrame:
		return decode(frame, l.push)
	case protocol.RelayPresenceFrame:
		return decode(frame, func(f *protocol.RelayPresence) error {
			if o := l.outlet(f.MultiSession); o != nil {
				l.look(o, f.Present, f.All)
			}
			return nil
		})
	case protocol.RelayWaitingFrame, protocol.RelayResolvedFrame:
		return decode(frame, func(f *protocol.RelayRejections) error {
			return l.takeRejections(ctx, f, l.upstream.config.Store, f.MultiSession)
		})
	}
	return nil // a newer chain's
}

func decode[F any](frame []byte, take func(*F) error) error {
	var f F
	if err := json.Unmarshal(frame, &f); err != nil {
		return err
	}
	return take(&f)
}

func (l *shopLink) outlet(ms protocol.MultiSessionID) *outlet {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outlets[ms]
}

// touch changes an outlet, if there is one, and has the pump look at it.
func (l *shopLink) touch(ms protocol.MultiSessionID, change func(*outlet)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.outlets[ms]
	if o == nil {
		return false
	}
	change(o)
	o.dirty = true
	kick(l.news)
	return true
}

// guest notes a till of the chain, and why it can't be opened here.
func (l *shopLink) guest(pos protocol.POSID, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.guests[pos] = err; err != nil {
		l.upstream.config.Log.Warn("a till of the chain can't be opened here", "pos", pos, "error", err)
	}
}

// positions begins to send what the chain doesn't have.
func (l *shopLink) positions(ctx context.Context, f *protocol.RelayPositions) error {
	for i := range f.Positions {
		has := &f.Positions[i]
		if l.touch(has.MultiSession, func(*outlet) {}) {
			continue // it goes on from what was sent
		}
		u := l.upstream
		session, leave, err := u.hub.Enter(ctx, has.MultiSession)
		if err != nil {
			return err
		}
		stop := u.hub.Bell().Listen(session.ID, func() { l.touch(session.ID, func(*outlet) {}) })
		c := &u.config
		l.mu.Lock()
		l.outlets[session.ID] = &outlet{
			ms: session.ID, session: session, has: has, name: session.Feed.State().MultiSession.Name, behind: c.Now(),
			source: &source{ledger: c.Store, directory: c.Store, rejections: c.Store, epoch: c.Identity.Epoch, ms: session.ID, bytes: u.pieceSize},
			leave: func() {
				stop()
				leave()
			},
		}
		l.mu.Unlock()
		l.touch(session.ID, func(*outlet) {})
	}
	return nil
}

// push hands a push of a till of the chain to its session.
func (l *shopLink) push(f *protocol.RelayPush) error {
	l.mu.Lock()
	o := l.outlets[f.MultiSession]
	refused, told := l.guests[f.POS.ID]
	l.mu.Unlock()
	failed := func(err error) error {
		return l.send(protocol.RelayPushed{T: protocol.RelayPushedFrame, Ref: f.Ref, Error: protocol.AsError(err).Problem()})
	}
	if o == nil || !told { // it may have the id of a POS of the shop's own
		return failed(multisession.HomeAway(f.MultiSession))
	}
	if refused != nil {
		return failed(protocol.Errorf(protocol.Forbidden, "%s", protocol.AsError(refused).Message))
	}
	p := &multisession.Push{Client: f.ClientID, POS: f.POS}
	for _, raw := range f.Mutations {
		m, err := order.Decode(raw, l.upstream.config.Limits)
		if err != nil {
			return failed(protocol.AsError(err))
		}
		p.Mutations = append(p.Mutations, m)
	}
	o.session.Submit(p, func(r *multisession.Reply) {
		frame := protocol.RelayPushed{T: protocol.RelayPushedFrame, Ref: f.Ref, LastID: r.LastID}
		if r.Err != nil {
			frame.Error = protocol.AsError(r.Err).Problem()
		}
		for _, result := range r.Results {
			frame.Results = append(frame.Results, result.JSON)
		}
		l.touch(o.ms, func(o *outlet) { o.answers = append(o.answers, answer{r.Head, frame}) })
	})
	return nil
}

// pump sends what is new until the link ends.
func (l *shopLink) pump(ctx context.Context) {
	looking, beating := time.NewTicker(look), time.NewTicker(beat)
	defer looking.Stop()
	defer beating.Stop()
	err := l.offer(ctx)
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-l.over:
			return
		case <-looking.C:
			err = l.offer(ctx)
		case <-beating.C:
			err = l.send(l.heads())
		case <-l.news:
			err = l.sendNews(ctx)
		}
	}
	l.fail(err)
}

// offer tells which multi-sessions there are, if that is news.
func (l *shopLink) offer(ctx context.Context) error {
	rows, err := l.upstream.config.Store.MultiSessions(ctx)
	if err != nil {
		return err
	}
	offers := []protocol.RelayOffer{}
	for _, row := range rows {
		if _, _, copied := multisession.HomeOf(row.ID); !copied && !row.Deleted {
			offers = append(offers, protocol.RelayOffer{ID: row.ID, Name: row.Name, Active: row.Active})
		}
	}
	if l.offered != nil && slices.Equal(offers, l.offered) {
		return nil
	}
	l.offered = offers
	return l.send(protocol.RelayOffers{T: protocol.RelayOffersFrame, MultiSessions: offers})
}

func (l *shopLink) heads() protocol.RelayHeads {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := protocol.RelayHeads{T: protocol.RelayHeadsFrame, Heads: map[protocol.MultiSessionID]protocol.Seq{}}
	for id, o := range l.outlets {
		f.Heads[id] = o.session.Feed.Head().Seq
	}
	return f
}

// status is how far the chain's copies are.
func (l *shopLink) status() []protocol.AdminCopy {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []protocol.AdminCopy{}
	for _, id := range protocol.SortedKeys(l.outlets) {
		o := l.outlets[id]
		behind := o.session.Feed.Head().Seq - o.at.seq
		c := protocol.AdminCopy{ID: id, Name: o.session.Feed.State().MultiSession.Name, Seq: o.at.seq, Behind: &behind, Whole: o.at.progress.Since == nil}
		if !o.behind.IsZero() {
			c.BehindMS = l.upstream.config.Now().Sub(o.behind).Milliseconds()
		}
		list = append(list, c)
	}
	return list
}
