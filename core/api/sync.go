package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// syncCalls are push and pull.
type syncCalls struct {
	*observer
	hub         *multisession.Hub
	directory   *directory.Directory
	intake      *intake
	connections *connections
}

// push: mutations in, results out, and the changes since the cursor. The
// order of the checks is the protocol's ("Calls").
func (s *syncCalls) push(c *call) error {
	ctx := c.r.Context()
	session, leave, err := enter(ctx, s.hub, c.caller)
	if err != nil {
		return err
	}
	defer leave()
	if !session.Feed.TillOpen(c.caller.POS.ID) {
		return multisession.TillClosed()
	}
	p, err := s.readPush(c)
	if err != nil {
		return err
	}
	at, err := session.Locate(ctx, multisession.Reader{Client: p.client, POS: c.caller.POS.ID}, p.cursor)
	if err != nil {
		return err
	}
	began := s.now()
	reply := session.Ask(ctx, &multisession.Push{Client: p.client, POS: c.caller.POS, Mutations: p.mutations})
	s.pushed(reply, c.caller.POS.ID, s.now().Sub(began))
	if reply.Err != nil {
		return reply.Err
	}
	page, err := session.Page(ctx, at, p.client, multisession.PageLimit)
	if err != nil {
		return err
	}
	answer := changesOf(page)
	answer.LastID = reply.LastID
	return c.answerRaw(answer.AppendPush(nil, reply.Results.JSON(), page.Changes))
}

type pushBody struct {
	client    protocol.ClientID
	cursor    protocol.Cursor
	mutations []*order.Mutation
}

func (s *syncCalls) readPush(c *call) (p pushBody, err error) {
	raw, err := s.intake.read(c)
	if err != nil {
		return p, err
	}
	defer s.intake.turns.take(c.caller.POS.ID, len(raw))()
	body, err := parseObject(raw)
	if err != nil {
		return p, err
	}
	if p.client, err = id[protocol.ClientID](body.Get("client_id"), "client_id", false); err != nil {
		return p, err
	}
	if p.cursor, err = cursorOf(body.Get("cursor")); err != nil {
		return p, err
	}
	p.mutations, err = s.intake.mutations(body.Get("mutations"))
	return p, err
}

func cursorOf(v gjson.Result) (protocol.Cursor, error) {
	if cursor := protocol.Cursor(v.Str); v.Type == gjson.String && cursor.Valid() {
		return cursor, nil
	}
	return "", badAt("cursor", "must be one that this server gave; pull first to get one")
}

// enter finds the session of the caller's multi-session.
func enter(ctx context.Context, hub *multisession.Hub, caller directory.Caller) (*multisession.Session, func(), error) {
	if caller.MultiSession == nil {
		return nil, nil, protocol.Errorf(protocol.NoMultiSession, "this POS is in no active multi-session; it works alone until it is added to one")
	}
	return hub.Enter(ctx, caller.MultiSession.ID)
}

const (
	maxLimit = 2000
	maxWait  = 55 * time.Second
)

// pull gives changes since a cursor (and may wait for them), or a snapshot in
// pages.
func (s *syncCalls) pull(c *call) error {
	ctx, query := c.r.Context(), c.r.URL.Query()
	session, leave, err := enter(ctx, s.hub, c.caller)
	if err != nil {
		return err
	}
	defer leave()
	q, err := readPull(query)
	if err != nil {
		return err
	}
	who := multisession.Reader{Client: q.client, POS: c.caller.POS.ID}
	if page := query.Get("page"); page != "" || !query.Has("cursor") {
		if err := session.CheckClient(ctx, who); err != nil {
			return err
		}
		p, err := snapshotPage(ctx, session, page, q)
		if err != nil {
			return err
		}
		return c.answerRaw(snapshotOf(session.Feed, &p).AppendPull(nil, p.Orders))
	}
	at, err := session.Locate(ctx, who, q.cursor)
	if err != nil {
		return err
	}
	return s.pullChanges(c, session, at, q)
}

func (s *syncCalls) pullChanges(c *call, session *multisession.Session, at multisession.Position, q pullQuery) error {
	ctx := c.r.Context()
	if q.wait > 0 && !at.Folded && session.Feed.Head().Seq == at.Seq {
		if err := s.wait(c, session, at, q); err != nil {
			return err
		}
	}
	page, err := session.Page(ctx, at, q.client, q.limit)
	if err != nil {
		return err
	}
	answer := changesOf(page)
	return c.answerRaw(answer.AppendPull(nil, page.Changes))
}

type pullQuery struct {
	client protocol.ClientID
	cursor protocol.Cursor
	limit  int
	wait   time.Duration
}

func readPull(query url.Values) (q pullQuery, err error) {
	q.limit = multisession.PageLimit
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return q, badAt("limit", "must be a whole number from 1 to 2000")
		}
		q.limit = n
	}
	if text := query.Get("wait"); text != "" {
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil || !(seconds >= 0) {
			return q, badAt("wait", "must be a number of seconds")
		}
		q.wait = maxWait
		if seconds < maxWait.Seconds() {
			q.wait = time.Duration(seconds * float64(time.Second))
		}
	}
	if q.client = protocol.ClientID(query.Get("client_id")); q.client != "" && !protocol.ValidID(q.client) {
		return q, badAt("client_id", "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	if q.cursor = protocol.Cursor(query.Get("cursor")); query.Has("cursor") && !q.cursor.Valid() {
		return q, badAt("cursor", "must be one that this server gave; leave it out to get a snapshot")
	}
	return q, nil
}

// poll is a waiting pull.
type poll struct {
	connection
	over chan error
}

func (p *poll) about() connection { return p.connection }
func (p *poll) beat()             {}
func (p *poll) wake()             {}

func (p *poll) end(code closeCode, why string) {
	select {
	case p.over <- endError(code, why):
	default:
	}
}

// signOfLife is how often a waiting poll gets a byte: a proxy that allows a
// server 20 seconds of silence lets it through, and a client sees that the link
// is alive.
const signOfLife = 10 * time.Second

// wait returns when there is something new, or the time is over. White space
// before JSON says nothing, so it may be sent meanwhile.
func (s *syncCalls) wait(c *call, session *multisession.Session, at multisession.Position, q pullQuery) error {
	if err := s.connections.oneMore(c.caller.POS.ID); err != nil {
		return err
	}
	deadline(c.w, q.wait+bodyTime)
	p := &poll{describe(c.caller, "poll", session, q.client, s.now()), make(chan error, 1)}
	p.Seq = at.Seq
	s.connections.add(p, c.caller.POS.ID)
	defer s.connections.remove(p)
	if err := still(c.r.Context(), s.directory, c.caller, session); err != nil {
		return err
	}
	woken := make(chan struct{}, 1)
	defer s.hub.Bell().Listen(session.ID, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})()
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	alive := time.NewTicker(signOfLife)
	defer alive.Stop()
	for session.Feed.Head().Seq == at.Seq && !session.Replaced() {
		select {
		case <-woken:
		case <-timer.C:
			return nil
		case <-alive.C:
			if c.sign() != nil {
				return nil
			}
		case err := <-p.over:
			return err
		case <-c.r.Context().Done():
			return nil
		}
	}
	return nil
}

// sign sends the head of the answer, unless it is sent, and a byte of its body.
func (c *call) sign() error {
	jsonHead(c.w.Header())
	c.w.Header().Set("X-Accel-Buffering", "no")
	if _, err := c.w.Write([]byte{' '}); err != nil {
		return err
	}
	return http.NewResponseController(c.w).Flush()
}

// snapshotPage is a page that an earlier one named, or ("") the first of a new
// snapshot.
func snapshotPage(ctx context.Context, session *multisession.Session, name string, q pullQuery) (multisession.SnapshotPage, error) {
	if name != "" {
		return session.Pins.Page(name)
	}
	reply := session.Ask(ctx, &multisession.Pin{Client: q.client})
	if reply.Err != nil {
		return multisession.SnapshotPage{}, reply.Err
	}
	return session.Pins.First(reply.Snapshot, q.limit)
}
