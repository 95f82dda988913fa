package relay

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// ChainConfig is what a chain's end works with.
type ChainConfig struct {
	Version  string
	Identity store.Identity
	Store    store.Store
	// Others are the other nodes of the chain; nil is none.
	Others Others
	Now    func() time.Time
	Log    *slog.Logger
}

// Chain is a chain's end: the links of all its shops. It is the [multisession.Homes] of
// their copies. Safe for concurrent use.
type Chain struct {
	config    ChainConfig
	others    *others
	hub       *multisession.Hub
	directory *directory.Directory

	mu       sync.Mutex
	links    map[protocol.RelayID]*chainLink
	problems map[protocol.RelayID]string // why the last link ended that couldn't go on
}

var _ multisession.Homes = (*Chain)(nil)

// NewChain has no links. Use must be called before the first one comes.
func NewChain(c ChainConfig) *Chain {
	return &Chain{config: c, others: newOthers(c.Others), links: map[protocol.RelayID]*chainLink{}, problems: map[protocol.RelayID]string{}}
}

// Use gives the chain what is made after it.
func (c *Chain) Use(hub *multisession.Hub, d *directory.Directory) { c.hub, c.directory = hub, d }

func (c *Chain) linkOf(relay protocol.RelayID) *chainLink {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.links[relay]
}

// Push implements [multisession.Homes]. Where another node has the link of the home, that
// one hands the push over.
func (c *Chain) Push(ms protocol.MultiSessionID, push *multisession.Push, done func(*multisession.Reply)) {
	relay, at, _ := multisession.HomeOf(ms)
	if l := c.linkOf(relay); l != nil {
		l.push(pushOf(at, push), func(f *protocol.RelayPushed) error {
			reply, err := replyOf(ms, f)
			done(reply)
			return err
		})
		return
	}
	c.others.push(relay, pushOf(at, push), func(f *protocol.RelayPushed) {
		reply, _ := replyOf(ms, f)
		s := c.hub.Session(ms)
		if s == nil || reply.Err != nil {
			done(reply)
			return
		}
		s.Submit(&multisession.Moved{}, func(moved *multisession.Reply) {
			if moved.Err != nil {
				reply = moved
			}
			done(reply)
		})
	})
}

// Resolved tells the shop that a rejected mutation was taken out of the inbox here.
func (c *Chain) Resolved(r *store.Rejection) {
	relay, at, copied := multisession.HomeOf(r.MultiSession)
	if !copied {
		return
	}
	names := []protocol.RelayRejection{nameOf(r)}
	if l := c.linkOf(relay); l != nil {
		_ = l.tellRejections(protocol.RelayResolvedFrame, at, names) // or the next link does
		return
	}
	if frame, err := json.Marshal(protocol.RelayRejections{MultiSession: at, Rejections: names}); err == nil {
		c.others.tellFrame(word{Kind: wordResolved, Relay: relay, Ref: r.ID}, frame)
	}
}

// Serve serves the link that a shop has opened, until it ends. The caller's token was
// good when it came.
func (c *Chain) Serve(ctx context.Context, ws *websocket.Conn, caller directory.Caller) {
	l := &chainLink{
		link: newLink(ws), chain: c, caller: caller, since: c.config.Now(), copies: map[protocol.MultiSessionID]*chainCopy{},
		calls: map[int64]call{}, news: make(chan struct{}, 1),
	}
	defer context.AfterFunc(ctx, func() {
		l.fail(protocol.Errorf(protocol.ShuttingDown, "the chain's server is shutting down"))
	})()
	err := l.run(ctx)
	c.mu.Lock()
	was := c.links[caller.Relay] == l
	if was {
		delete(c.links, caller.Relay)
	}
	if e := protocol.CodeOf(err); e != "" && e != protocol.ShuttingDown && (was || c.links[caller.Relay] == nil) {
		c.problems[caller.Relay] = protocol.AsError(err).Message
	}
	c.mu.Unlock()
	l.drop()
	c.config.Log.Info("a shop's link ended", "relay", caller.Relay, "after", c.config.Now().Sub(l.since).Round(time.Millisecond), "why", err)
	if was {
		c.others.notAt(c.others.carry.Name(), caller.Relay)
		c.others.tellLink("", caller.Relay, wordGone)
		c.seen(context.WithoutCancel(ctx), l)
	}
}

// linked notes that a link is up; an older one of the same shop ends.
func (c *Chain) linked(l *chainLink) {
	c.mu.Lock()
	older := c.links[l.caller.Relay]
	c.links[l.caller.Relay] = l
	delete(c.problems, l.caller.Relay)
	c.mu.Unlock()
	c.others.linkAt(c.others.carry.Name(), l.caller.Relay)
	c.others.tellLink("", l.caller.Relay, wordHere)
	if older != nil {
		older.fail(protocol.Errorf(protocol.Overloaded, "the shop has linked anew"))
	}
}

// seen notes when the shop was linked last.
func (c *Chain) seen(ctx context.Context, l *chainLink) {
	_, err := c.directory.RelayLinks(ctx, l.caller, l.hello.ServerID, c.config.Now())
	if code := protocol.CodeOf(err); code == protocol.Unauthorized || code == protocol.NotFound {
		l.fail(revoked())
	}
}

func revoked() error {
	return protocol.Errorf(protocol.Unauthorized, "the relay's token was revoked").With(protocol.TokenProblem{Reason: "revoked"})
}

// Revoked ends the link of a relay whose token isn't good any more, whichever node has it.
func (c *Chain) Revoked(relay protocol.RelayID) {
	if l := c.linkOf(relay); l != nil {
		l.fail(revoked())
		return
	}
	c.others.tell("revoked "+string(relay), word{Kind: wordRevoked, Relay: relay})
}

// elsewhere is how long a shop counts as linked to another node that noted it last, and
// that this one hasn't heard of.
const elsewhere = 75 * time.Second

// Status is every relay, as the operator of the chain sees it.
//
// Errors: read_only, internal.
func (c *Chain) Status(ctx context.Context) ([]protocol.AdminRelay, error) {
	rows, err := c.directory.ListRelays(ctx)
	if err != nil {
		return nil, err
	}
	sessions, err := c.config.Store.MultiSessions(ctx)
	if err != nil {
		return nil, protocol.AsError(err)
	}
	_, shared := c.config.Store.(store.Shared)
	list := []protocol.AdminRelay{}
	for _, row := range rows {
		r := protocol.AdminRelay{ID: row.ID, Name: row.Name, MultiSessions: []protocol.AdminCopy{}}
		since := row.Seen
		c.mu.Lock()
		l := c.links[row.ID]
		r.Problem = c.problems[row.ID]
		c.mu.Unlock()
		if l != nil {
			r.Connected, since, r.Version = true, l.since, l.hello.Version
		} else if shared && (c.others.hasLink(row.ID) || c.config.Now().Sub(row.Seen) < elsewhere) {
			r.Connected, r.Elsewhere, r.Problem = true, true, ""
		}
		if !since.IsZero() {
			at := protocol.FormatTime(since)
			r.Since = &at
		}
		for _, ms := range sessions {
			if relay, _, copied := multisession.HomeOf(ms.ID); copied && relay == row.ID && !ms.Deleted {
				r.MultiSessions = append(r.MultiSessions, c.copyStatus(ms, l, row.Seen, r.Elsewhere))
			}
		}
		list = append(list, r)
	}
	return list, nil
}

func (c *Chain) copyStatus(ms store.MultiSession, l *chainLink, seen time.Time, elsewhere bool) protocol.AdminCopy {
	shown := protocol.AdminCopy{ID: ms.ID, Name: ms.Name, Whole: true}
	if s := c.hub.Session(ms.ID); s != nil {
		shown.Seq, shown.Whole = s.Feed.Head().Seq, !s.Partial()
	}
	if l != nil && l.copyStatus(&shown) {
		return shown
	}
	if !seen.IsZero() && !elsewhere {
		shown.BehindMS = c.config.Now().Sub(seen).Milliseconds()
	}
	return shown
}
