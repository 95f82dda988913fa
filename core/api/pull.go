package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk"
)

const (
	maxLimit = 2000
	maxWait  = 55 * time.Second
)

// pull gives changes since a cursor (and may wait for them), or a snapshot in
// pages.
func (a *API) pull(c *call) error {
	ctx, query := c.r.Context(), c.r.URL.Query()
	room, leave, bad := a.enter(ctx, c.caller)
	if bad != nil {
		return bad
	}
	defer leave()
	q, bad := readPull(query)
	if bad != nil {
		return bad
	}
	if page := query.Get("page"); page != "" {
		if bad := a.checkClient(ctx, room, c.caller, q.client); bad != nil {
			return bad
		}
		p, bad := room.Pins.Page(page)
		if bad != nil {
			return bad
		}
		return c.answerRaw(appendSnapshot(nil, room, p))
	}
	if !query.Has("cursor") {
		if bad := a.checkClient(ctx, room, c.caller, q.client); bad != nil {
			return bad
		}
		p, bad := a.pin(ctx, room, q.client, q.limit)
		if bad != nil {
			return bad
		}
		return c.answerRaw(appendSnapshot(nil, room, p))
	}
	at, bad := a.position(ctx, room, c.caller, q.client, q.cursor)
	if bad != nil {
		return bad
	}
	return a.pullChanges(c, room, at, q)
}

func (a *API) pullChanges(c *call, room *multisession.Room, at multisession.Position, q pullQuery) error {
	ctx := c.r.Context()
	if q.wait > 0 && !at.Folded && room.Feed.Head().Seq == at.Seq {
		if bad := a.wait(c, room, at, q); bad != nil {
			return bad
		}
	}
	page, bad := room.Page(ctx, at, q.client, q.limit)
	if bad != nil {
		return bad
	}
	b := appendPage([]byte(`{"mode":"changes",`), room, page)
	b = strconv.AppendInt(append(b, `,"last_id":`...), int64(page.LastID), 10)
	return c.answerRaw(append(b, '}'))
}

type pullQuery struct {
	client sdk.ClientID
	cursor sdk.Cursor
	limit  int
	wait   time.Duration
}

func readPull(query url.Values) (q pullQuery, bad *sdk.Error) {
	q.limit = pageLimit
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
	if q.client = sdk.ClientID(query.Get("client_id")); q.client != "" && !sdk.ValidID(q.client) {
		return q, badAt("client_id", "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	if q.cursor = sdk.Cursor(query.Get("cursor")); query.Has("cursor") && !q.cursor.Valid() {
		return q, badAt("cursor", "must be one that this server gave; leave it out to get a snapshot")
	}
	return q, nil
}

// poll is a waiting pull.
type poll struct {
	connection
	over chan *sdk.Error
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
func endError(code closeCode, why string) *sdk.Error {
	switch code {
	case closeToken:
		return sdk.Errorf(sdk.Unauthorized, "%s", why).With("reason", "revoked")
	case closeNoMultiSession:
		return sdk.Errorf(sdk.NoMultiSession, "%s", why)
	}
	return sdk.Errorf(sdk.ShuttingDown, "%s", why).With("retry_after_ms", 1000)
}

// signOfLife is how often a waiting poll gets a byte: a proxy that allows a
// server 20 seconds of silence lets it through, and a client sees that the link
// is alive.
const signOfLife = 10 * time.Second

// wait returns when there is something new, or the time is over. White space
// before JSON says nothing, so it may be sent meanwhile.
func (a *API) wait(c *call, room *multisession.Room, at multisession.Position, q pullQuery) *sdk.Error {
	if bad := a.connections.room(c.caller.POS.ID); bad != nil {
		return bad
	}
	deadline(c.w, q.wait+bodyTime)
	p := &poll{a.describe(c.caller, "poll", room, q.client), make(chan *sdk.Error, 1)}
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
		case bad := <-p.over:
			return bad
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

func (a *API) pin(ctx context.Context, room *multisession.Room, client sdk.ClientID, limit int) (multisession.SnapshotPage, *sdk.Error) {
	reply := room.Ask(ctx, &multisession.Pin{Client: client})
	if reply.Err != nil {
		return multisession.SnapshotPage{}, reply.Err
	}
	return room.Pins.First(reply.Snapshot, limit)
}

func appendSnapshot(b []byte, room *multisession.Room, p multisession.SnapshotPage) []byte {
	b = appendOrders(append(b, `{"mode":"snapshot",`...), p.Orders)
	if p.Next != "" {
		b = append(append(b, `,"page":"`...), p.Next...)
		return append(b, `","more":true}`...)
	}
	b = appendPosition(append(b, `,"more":false,`...), room, p.Position)
	b = strconv.AppendInt(append(b, `,"head":`...), int64(room.Feed.Head().Seq), 10)
	b = strconv.AppendInt(append(b, `,"last_id":`...), int64(p.LastID), 10)
	return append(b, '}')
}

func appendOrders(b []byte, orders [][]byte) []byte {
	b = append(b, `"orders":[`...)
	for i, o := range orders {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, o...)
	}
	return append(b, ']')
}
