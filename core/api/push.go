package api

import (
	"context"
	"strconv"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk"
	"github.com/tidwall/gjson"
)

const pageLimit = 500

// push: mutations in, results out, and the changes since the cursor. The
// order of the checks is the protocol's ("Calls").
func (a *API) push(c *call) error {
	ctx := c.r.Context()
	room, leave, bad := a.enter(ctx, c.caller)
	if bad != nil {
		return bad
	}
	defer leave()
	if !room.Feed.TillOpen(c.caller.POS.ID) {
		return multisession.TillClosed()
	}
	p, bad := a.readPush(c)
	if bad != nil {
		return bad
	}
	at, bad := a.position(ctx, room, c.caller, p.client, p.cursor)
	if bad != nil {
		return bad
	}
	began := a.Now()
	reply := room.Ask(ctx, &multisession.Push{Client: p.client, POS: c.caller.POS, Mutations: p.mutations})
	a.pushed(reply, c.caller.POS.ID, a.Now().Sub(began))
	if reply.Err != nil {
		return reply.Err
	}
	page, bad := room.Page(ctx, at, p.client, pageLimit)
	if bad != nil {
		return bad
	}
	b := strconv.AppendInt([]byte(`{"last_id":`), int64(reply.LastID), 10)
	b = append(append(b, `,"results":`...), reply.Results...)
	b = appendPage(append(b, ','), room, page)
	return c.answerRaw(append(b, '}'))
}

// pushed counts what became of a push, and tells of what a limit refused.
func (a *API) pushed(reply *multisession.Reply, by sdk.POSID, took time.Duration) {
	if reply.Err != nil {
		if reply.Err.Code == sdk.RateLimited {
			a.Metrics.refused(refusedClient)
			if a.limited.tell(a.Log, moreLimited) {
				a.Log.Warn("push refused: this POS pushes from too many clients (limits.clients)", "pos", by)
			}
		}
		if reply.Err.Code == sdk.Overloaded {
			a.Metrics.refused(refusedWaiting)
			if a.limited.tell(a.Log, moreLimited) {
				a.Log.Warn("push refused: too much waits to be decided", "pos", by)
			}
		}
		return
	}
	if n := a.Metrics.results(reply.Results, took); n > 0 && a.limited.tell(a.Log, moreLimited) {
		for _, result := range gjson.ParseBytes(reply.Results).Array() {
			if result.Get("code").Str == string(sdk.LimitReached) {
				a.Log.Warn("mutation refused by a limit", "pos", by, "order", result.Get("order").Str, "message", result.Get("message").Str, "times", n)
				return
			}
		}
	}
}

type pushBody struct {
	client    sdk.ClientID
	cursor    sdk.Cursor
	mutations []*order.Mutation
}

func (a *API) readPush(c *call) (p pushBody, bad *sdk.Error) {
	body, bad := a.object(c)
	if bad != nil {
		return p, bad
	}
	if p.client, bad = id[sdk.ClientID](body.Get("client_id"), "client_id", false); bad != nil {
		return p, bad
	}
	if p.cursor, bad = cursorOf(body.Get("cursor")); bad != nil {
		return p, bad
	}
	p.mutations, bad = a.mutations(body.Get("mutations"))
	return p, bad
}

func cursorOf(v gjson.Result) (sdk.Cursor, *sdk.Error) {
	if cursor := sdk.Cursor(v.Str); v.Type == gjson.String && cursor.Valid() {
		return cursor, nil
	}
	return "", badAt("cursor", "must be one that this server gave; pull first to get one")
}

// enter finds the room of the caller's multi-session.
func (a *API) enter(ctx context.Context, caller directory.Caller) (*multisession.Room, func(), *sdk.Error) {
	if caller.MultiSession == nil {
		return nil, nil, sdk.Errorf(sdk.NoMultiSession, "this POS is in no active multi-session; it works alone until it is added to one")
	}
	return a.Rooms.Enter(ctx, caller.MultiSession.ID)
}

// position checks a client's POS, its cursor and its multi-session, in that
// order.
func (a *API) position(ctx context.Context, room *multisession.Room, caller directory.Caller, client sdk.ClientID, cursor sdk.Cursor) (multisession.Position, *sdk.Error) {
	elsewhere := a.checkClient(ctx, room, caller, client)
	if elsewhere != nil && elsewhere.Code != sdk.ResetRequired {
		return multisession.Position{}, elsewhere
	}
	at, bad := room.Check(ctx, cursor)
	if bad != nil {
		return at, bad
	}
	return at, elsewhere
}

// checkClient asks whether a client_id is of this POS (else client_taken) and
// multi-session (else reset_required). No client_id is nobody's.
func (a *API) checkClient(ctx context.Context, room *multisession.Room, caller directory.Caller, client sdk.ClientID) *sdk.Error {
	if client == "" {
		return nil
	}
	if known, ok := room.Feed.Client(client); ok && known.POS == caller.POS.ID && known.MultiSession == room.ID {
		return nil
	}
	return room.Ask(ctx, &multisession.Seen{Client: client, POS: caller.POS.ID}).Err
}

// appendPage writes the members of a page, without braces.
func appendPage(b []byte, room *multisession.Room, page *multisession.Page) []byte {
	b = append(append(append(b, `"changes":[`...), page.Changes...), `],`...)
	b = appendPosition(b, room, page.Position)
	b = strconv.AppendInt(append(b, `,"head":`...), int64(page.Head), 10)
	return strconv.AppendBool(append(b, `,"more":`...), page.More)
}

func appendPosition(b []byte, room *multisession.Room, p multisession.Position) []byte {
	b = append(append(b, `"cursor":"`...), room.Feed.Cursor(p)...)
	return strconv.AppendInt(append(b, `","seq":`...), int64(p.Seq), 10)
}
