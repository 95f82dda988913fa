package faults_test

import (
	"context"
	"encoding/json"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// call answers a request over HTTP as core/api does, and gives the answer as it is written,
// too; ready is false while a long poll waits.
func (s *server) call(t *till, c protocol.Request) (answer protocol.Response, raw []byte, err error, ready bool) {
	session := s.at(c).enter(s.sessionOf(t.pos.ID).ID)
	switch c := c.(type) {
	case protocol.PushRequest:
		raw, bad := s.pushCall(session, t, c)
		if bad != nil {
			return nil, nil, s.problem(t, bad), true
		}
		var a protocol.PushResponse
		require.NoError(s.w.t, json.Unmarshal(raw, &a))
		return a, raw, nil, true
	case protocol.PullRequest:
		raw, bad, ready := s.pullCall(session, t.pos, c)
		if bad != nil {
			return nil, nil, s.problem(t, bad), true
		}
		if !ready {
			return nil, nil, nil, false
		}
		a, err := protocol.DecodePull(raw)
		require.NoError(s.w.t, err)
		return a, raw, nil, true
	}
	panic("no such call")
}

func (s *server) problem(t *till, bad error) error {
	s.w.reached.of(t.script).failure(bad)
	var said protocol.Problem
	require.NoError(s.w.t, json.Unmarshal(s.w.problem(bad), &said))
	return said.Failure()
}

// position checks client and cursor in the order of the protocol.
func (s *server) position(session *multisession.Session, pos protocol.POS, client protocol.ClientID, cursor protocol.Cursor) (multisession.Position, error) {
	elsewhere := s.ask(session, &multisession.Seen{Client: client, POS: pos.ID}).Err
	if elsewhere != nil && protocol.CodeOf(elsewhere) != protocol.ResetRequired {
		return multisession.Position{}, elsewhere
	}
	at, bad := session.Check(context.Background(), cursor)
	if bad != nil {
		return at, bad
	}
	return at, elsewhere
}

func (s *server) pushCall(session *multisession.Session, t *till, c protocol.PushRequest) ([]byte, error) {
	pos := t.pos
	if !session.TillOpen(context.Background(), pos.ID) {
		return nil, multisession.TillClosed()
	}
	at, bad := s.position(session, pos, c.ClientID, c.Cursor)
	if bad != nil {
		return nil, bad
	}
	var list []json.RawMessage
	raw, err := json.Marshal(c.Mutations)
	require.NoError(s.w.t, err)
	require.NoError(s.w.t, json.Unmarshal(raw, &list))
	push := &multisession.Push{Client: c.ClientID, POS: pos, Mutations: decodeMutations(s.w, list)}
	reply := s.ask(session, push)
	if reply.Err != nil {
		return nil, reply.Err
	}
	s.hear(push, reply.Results, t.script)
	page, bad := session.Page(context.Background(), at, c.ClientID, s.w.faults.page)
	if bad != nil {
		return nil, bad
	}
	answer := changesOf(session, page)
	answer.LastID = reply.LastID
	return answer.AppendPush(nil, reply.Results.JSON(), page.Changes), nil
}

// changesOf is where a page leads.
func changesOf(session *multisession.Session, p *multisession.Page) *protocol.Changes {
	return &protocol.Changes{Cursor: session.Feed.Cursor(p.Position), Seq: p.Position.Seq, Head: p.Head, More: p.More, LastID: p.LastID}
}

func (s *server) pullCall(session *multisession.Session, pos protocol.POS, c protocol.PullRequest) (raw []byte, bad error, ready bool) {
	if c.Page != "" {
		p, bad := session.Pins.Page(c.Page)
		return s.snapshotPage(session, p), bad, true
	}
	if c.Cursor == "" {
		if bad := s.ask(session, &multisession.Seen{Client: c.ClientID, POS: pos.ID}).Err; bad != nil {
			return nil, bad, true
		}
		reply := s.ask(session, &multisession.Pin{Client: c.ClientID})
		if reply.Err != nil {
			return nil, reply.Err, true
		}
		p, bad := session.Pins.First(reply.Snapshot, s.w.faults.page)
		return s.snapshotPage(session, p), bad, true
	}
	at, bad := s.position(session, pos, c.ClientID, c.Cursor)
	if bad != nil {
		return nil, bad, true
	}
	if c.Wait > 0 && !at.Folded && session.Feed.Head().Seq == at.Seq {
		return nil, nil, false
	}
	page, bad := session.Page(context.Background(), at, c.ClientID, s.w.faults.page)
	if bad != nil {
		return nil, bad, true
	}
	return changesOf(session, page).AppendPull(nil, page.Changes), nil, true
}

func (s *server) snapshotPage(session *multisession.Session, p multisession.SnapshotPage) []byte {
	if p.Snapshot == nil {
		return nil
	}
	page := protocol.Snapshot{Page: p.Next, More: p.Next != ""}
	if p.Next == "" {
		page = protocol.Snapshot{Cursor: session.Feed.Cursor(p.Position), Seq: p.Position.Seq, Head: session.Feed.Head().Seq, LastID: p.LastID}
	}
	return page.AppendPull(nil, p.Orders)
}
