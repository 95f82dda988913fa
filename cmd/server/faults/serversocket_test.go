package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// serverSocket is the server's end of a till's socket: what core/api keeps of one.
type serverSocket struct {
	s       *server
	node    *simNode
	session *multisession.Session
	pos     protocol.POS
	script  bool // it is a till of the TypeScript client
	client  protocol.ClientID
	at      multisession.Position
	refuse  error
	till    int // version of the state that was told
	closed  int // close code
	spoke   time.Time
	out     [][]byte
}

func (d *serverSocket) say(format string, args ...any) {
	d.out = append(d.out, []byte(fmt.Sprintf(format, args...)))
}

func (d *serverSocket) fail(ref int, e error) {
	d.s.w.reached.of(d.script).failure(e)
	d.out = append(d.out, protocol.AppendErrorFrame(nil, []byte(strconv.Itoa(ref)), protocol.AsError(e)))
}

// hello answers the first frame.
func (d *serverSocket) hello(h protocol.Hello) {
	d.session, d.client = d.node.enter(d.s.sessionOf(d.pos.ID).ID), h.ClientID
	elsewhere := d.s.ask(d.session, &multisession.Seen{Client: h.ClientID, POS: d.pos.ID}).Err
	if elsewhere != nil && protocol.CodeOf(elsewhere) != protocol.ResetRequired {
		d.fail(0, elsewhere)
		d.closed = 4250
		if protocol.CodeOf(elsewhere) == protocol.ClientTaken {
			d.closed = 4309
		}
		return
	}
	state := d.session.Feed.State()
	d.till = state.Version
	ms, _ := json.Marshal(state.MultiSession)
	d.say(`{"t":"welcome","protocol":1,"server_id":%q,"heartbeat_s":25,"run":%d,"till_open":%t,"pos":{"id":%q,"name":%q},"multi_session":%s,"present":[]}`,
		d.s.serverID(), state.Run, d.session.Feed.TillOpen(d.pos.ID), d.pos.ID, d.pos.Name, ms)
	if h.Cursor == "" {
		if elsewhere != nil {
			d.reset(elsewhere)
			return
		}
		d.snapshot()
		return
	}
	at, bad := d.session.Check(context.Background(), h.Cursor)
	if bad == nil {
		bad = elsewhere
	}
	if bad != nil {
		d.reset(bad)
		return
	}
	d.at = at
}

func (s *server) serverID() string {
	identity, err := s.store.Identity(context.Background())
	require.NoError(s.w.t, err)
	return identity.ServerID
}

func (d *serverSocket) reset(bad error) {
	reason := protocol.ReasonOf(bad)
	require.NotEmpty(d.s.w.t, reason, "%v", bad)
	d.s.w.reached.of(d.script).note("reset", string(reason))
	if reason != protocol.CursorExpired {
		d.refuse = multisession.Reset(reason)
	}
	d.s.w.tell("  %s %s: reset %s", d.pos.ID, d.client, reason)
	d.say(`{"t":"reset","reason":%q}`, reason)
	d.snapshot()
}

func (d *serverSocket) snapshot() {
	reply := d.s.ask(d.session, &multisession.Pin{Client: d.client})
	require.Nil(d.s.w.t, reply.Err)
	snap, page := reply.Snapshot, d.s.w.faults.page
	orders := snap.Orders
	for len(orders) > page {
		d.say(`{"t":"snapshot","orders":[%s],"more":true}`, bytes.Join(orders[:page], []byte(",")))
		orders = orders[page:]
	}
	d.say(`{"t":"snapshot","orders":[%s],"more":false,"cursor":%q,"seq":%d,"last_id":%d}`,
		bytes.Join(orders, []byte(",")), d.session.Feed.Cursor(snap.Position), snap.Position.Seq, snap.LastID)
	d.at = snap.Position
}

// gather tells all that the till has not been told.
func (d *serverSocket) gather() {
	if d.session == nil || d.closed != 0 {
		return
	}
	for d.at != d.session.Feed.Head() {
		page, bad := d.session.Page(context.Background(), d.at, d.client, d.s.w.faults.page)
		if protocol.ReasonOf(bad) == protocol.CursorExpired {
			d.reset(bad)
			break
		}
		require.NoError(d.s.w.t, bad)
		more := ""
		if page.Folded {
			more = fmt.Sprintf(`,"more":%t`, page.More)
		}
		if page.Count > 0 {
			d.say(`{"t":"changes","changes":[%s],"cursor":%q,"seq":%d,"last_id":%d%s}`,
				page.Changes, d.session.Feed.Cursor(page.Position), page.Position.Seq, page.LastID, more)
		}
		if d.at = page.Position; page.Count == 0 {
			break
		}
	}
	if state := d.session.Feed.State(); state.Version != d.till {
		d.till = state.Version
		ms, _ := json.Marshal(state.MultiSession)
		d.say(`{"t":"till","open":%t,"run":%d,"multi_session":%s}`, d.session.Feed.TillOpen(d.pos.ID), state.Run, ms)
	}
	if len(d.out) == 0 && d.s.now().Sub(d.spoke) >= 25*time.Second {
		d.say(`{"t":"hb","head":%d}`, d.session.Feed.Head().Seq)
	}
	if len(d.out) > 0 {
		d.spoke = d.s.now()
	}
}

// push is what a push frame asks of the session; nil if it is refused at once.
func (d *serverSocket) push(raw []byte) (ref int, request *multisession.Push) {
	var body struct {
		Ref       int               `json:"ref"`
		Mutations []json.RawMessage `json:"mutations"`
	}
	require.NoError(d.s.w.t, json.Unmarshal(raw, &body))
	switch {
	case d.session == nil || d.closed != 0:
		return body.Ref, nil
	case d.refuse != nil:
		d.fail(body.Ref, d.refuse)
		return body.Ref, nil
	case !d.session.TillOpen(context.Background(), d.pos.ID):
		d.fail(body.Ref, multisession.TillClosed())
		return body.Ref, nil
	}
	return body.Ref, &multisession.Push{
		Client: d.client, POS: d.pos, Mutations: decodeMutations(d.s.w, body.Mutations),
	}
}

// pushed tells what became of it, behind all changes up to there.
func (d *serverSocket) pushed(ref int, push *multisession.Push, reply *multisession.Reply) {
	d.gather()
	if reply.Err != nil {
		d.fail(ref, reply.Err)
		return
	}
	d.s.hear(push, reply.Results, d.script)
	d.out = append(d.out, protocol.AppendPushed(nil, []byte(strconv.Itoa(ref)), reply.LastID, reply.Results.JSON()))
}
