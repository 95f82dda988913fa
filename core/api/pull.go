package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

const (
	maxLimit = 2000
	maxWait  = 55 * time.Second
)

// pull gives changes since a cursor (and may wait for them), or a snapshot in
// pages.
func (a *API) pull(c *call) error {
	ctx, query := c.r.Context(), c.r.URL.Query()
	room, leave, err := a.enter(ctx, c.caller)
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
		if err := room.CheckClient(ctx, who); err != nil {
			return err
		}
		p, err := snapshotPage(ctx, room, page, q)
		if err != nil {
			return err
		}
		return c.answerRaw(snapshotOf(room.Feed, &p).AppendPull(nil, p.Orders))
	}
	at, err := room.Locate(ctx, who, q.cursor)
	if err != nil {
		return err
	}
	return a.pullChanges(c, room, at, q)
}

func (a *API) pullChanges(c *call, room *multisession.Room, at multisession.Position, q pullQuery) error {
	ctx := c.r.Context()
	if q.wait > 0 && !at.Folded && room.Feed.Head().Seq == at.Seq {
		if err := a.wait(c, room, at, q); err != nil {
			return err
		}
	}
	page, err := room.Page(ctx, at, q.client, q.limit)
	if err != nil {
		return err
	}
	return c.answerRaw(changesOf(room.Feed, page).AppendPull(nil, page.Changes))
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

// endError is what a request is told whose stream must end.
func endError(code closeCode, why string) error {
	switch code {
	case closeToken:
		return protocol.Errorf(protocol.Unauthorized, "%s", why).With(protocol.TokenProblem{Reason: "revoked"})
	case closeNoMultiSession:
		return protocol.Errorf(protocol.NoMultiSession, "%s", why)
	}
	return protocol.Errorf(protocol.ShuttingDown, "%s", why).With(protocol.Pause{RetryAfterMS: 1000})
}

// signOfLife is how often a waiting poll gets a byte: a proxy that allows a
// server 20 seconds of silence lets it through, and a client sees that the link
// is alive.
const signOfLife = 10 * time.Second

// wait returns when there is something new, or the time is over. White space
// before JSON says nothing, so it may be sent meanwhile.
func (a *API) wait(c *call, room *multisession.Room, at multisession.Position, q pullQuery) error {
	if err := a.oneMore(c.caller.POS.ID); err != nil {
		return err
	}
	deadline(c.w, q.wait+bodyTime)
	p := &poll{a.describe(c.caller, "poll", room, q.client), make(chan error, 1)}
	p.Seq = at.Seq
	a.connections.add(p, c.caller.POS.ID)
	defer a.connections.remove(p)
	woken := make(chan struct{}, 1)
	defer a.Rooms.Bell().Listen(room.ID, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})()
	timer := time.NewTimer(q.wait)
	defer timer.Stop()
	alive := time.NewTicker(signOfLife)
	defer alive.Stop()
	for room.Feed.Head().Seq == at.Seq {
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
func snapshotPage(ctx context.Context, room *multisession.Room, name string, q pullQuery) (multisession.SnapshotPage, error) {
	if name != "" {
		return room.Pins.Page(name)
	}
	reply := room.Ask(ctx, &multisession.Pin{Client: q.client})
	if reply.Err != nil {
		return multisession.SnapshotPage{}, reply.Err
	}
	return room.Pins.First(reply.Snapshot, q.limit)
}
