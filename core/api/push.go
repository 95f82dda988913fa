package api

import (
	"context"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// push: mutations in, results out, and the changes since the cursor. The
// order of the checks is the protocol's ("Calls").
func (a *API) push(c *call) error {
	ctx := c.r.Context()
	room, leave, err := a.enter(ctx, c.caller)
	if err != nil {
		return err
	}
	defer leave()
	if !room.Feed.TillOpen(c.caller.POS.ID) {
		return multisession.TillClosed()
	}
	p, err := a.readPush(c)
	if err != nil {
		return err
	}
	at, err := room.Locate(ctx, multisession.Reader{Client: p.client, POS: c.caller.POS.ID}, p.cursor)
	if err != nil {
		return err
	}
	began := a.Now()
	reply := room.Ask(ctx, &multisession.Push{Client: p.client, POS: c.caller.POS, Mutations: p.mutations})
	a.pushed(reply, c.caller.POS.ID, a.Now().Sub(began))
	if reply.Err != nil {
		return reply.Err
	}
	page, err := room.Page(ctx, at, p.client, multisession.PageLimit)
	if err != nil {
		return err
	}
	answer := changesOf(room.Feed, page)
	answer.LastID = reply.LastID
	return c.answerRaw(answer.AppendPush(nil, reply.Results.JSON(), page.Changes))
}

// pushed counts what became of a push, and tells of what a limit refused.
func (a *API) pushed(reply *multisession.Reply, by protocol.POSID, took time.Duration) {
	if reply.Err != nil {
		if protocol.CodeOf(reply.Err) == protocol.RateLimited {
			a.refusedOf(by, refusedClient, "push refused: this POS pushes from too many clients (limits.clients)")
		}
		if protocol.CodeOf(reply.Err) == protocol.Overloaded {
			a.refusedOf(by, refusedWaiting, "push refused: too much waits to be decided")
		}
		return
	}
	a.Metrics.results(reply.Results, took)
	limited := 0
	var first *protocol.Rejection
	for _, r := range reply.Results {
		if r.Status == protocol.Rejected && r.Rejection.Code == protocol.LimitReached {
			if limited++; first == nil {
				first = r.Rejection
			}
		}
	}
	if limited > 0 && a.limited.tell(a.Log, moreLimited) {
		a.Log.Warn("mutation refused by a limit", "pos", by, "order", first.Order, "message", first.Message, "times", limited)
	}
}

type pushBody struct {
	client    protocol.ClientID
	cursor    protocol.Cursor
	mutations []*order.Mutation
}

func (a *API) readPush(c *call) (p pushBody, err error) {
	raw, err := a.read(c)
	if err != nil {
		return p, err
	}
	defer a.turns.take(c.caller.POS.ID, len(raw))()
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
	p.mutations, err = a.mutations(body.Get("mutations"))
	return p, err
}

func cursorOf(v gjson.Result) (protocol.Cursor, error) {
	if cursor := protocol.Cursor(v.Str); v.Type == gjson.String && cursor.Valid() {
		return cursor, nil
	}
	return "", badAt("cursor", "must be one that this server gave; pull first to get one")
}

// enter finds the room of the caller's multi-session.
func (a *API) enter(ctx context.Context, caller directory.Caller) (*multisession.Room, func(), error) {
	if caller.MultiSession == nil {
		return nil, nil, protocol.Errorf(protocol.NoMultiSession, "this POS is in no active multi-session; it works alone until it is added to one")
	}
	return a.Rooms.Enter(ctx, caller.MultiSession.ID)
}
