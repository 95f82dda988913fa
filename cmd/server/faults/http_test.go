package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk"
	"github.com/manytill/manytill/sdk/client/wire"
)

// call answers a request over HTTP as core/api does; ready is false while a
// long poll waits.
func (s *server) call(t *till, c wire.Call) (answer wire.Answer, err error, ready bool) {
	room := s.roomOf(t.pos.ID)
	switch c := c.(type) {
	case wire.PushCall:
		raw, bad := s.pushCall(room, t.pos, c)
		if bad != nil {
			return nil, s.problem(bad), true
		}
		var a wire.PushAnswer
		require.NoError(s.w.t, json.Unmarshal(raw, &a))
		return a, nil, true
	case wire.PullCall:
		raw, bad, ready := s.pullCall(room, t.pos, c)
		if bad != nil {
			return nil, s.problem(bad), true
		}
		if !ready {
			return nil, nil, false
		}
		a, err := wire.DecodePull(raw)
		require.NoError(s.w.t, err)
		return a, nil, true
	}
	panic("no such call")
}

func (s *server) problem(bad *sdk.Error) error {
	var e wire.Error
	require.NoError(s.w.t, json.Unmarshal(members(bad, map[string]any{}), &e))
	return e
}

// position checks client and cursor in the order of the protocol.
func (s *server) position(room *multisession.Room, pos sdk.POS, client sdk.ClientID, cursor sdk.Cursor) (multisession.Position, *sdk.Error) {
	elsewhere := s.ask(room, &multisession.Seen{Client: client, POS: pos.ID}).Err
	if elsewhere != nil && elsewhere.Code != sdk.ResetRequired {
		return multisession.Position{}, elsewhere
	}
	at, bad := room.Check(context.Background(), cursor)
	if bad != nil {
		return at, bad
	}
	return at, elsewhere
}

func (s *server) pushCall(room *multisession.Room, pos sdk.POS, c wire.PushCall) ([]byte, *sdk.Error) {
	if !room.Feed.TillOpen(pos.ID) {
		return nil, multisession.TillClosed()
	}
	at, bad := s.position(room, pos, c.ClientID, c.Cursor)
	if bad != nil {
		return nil, bad
	}
	var list []json.RawMessage
	raw, err := json.Marshal(c.Mutations)
	require.NoError(s.w.t, err)
	require.NoError(s.w.t, json.Unmarshal(raw, &list))
	reply := s.ask(room, &multisession.Push{Client: c.ClientID, POS: pos, Mutations: decodeMutations(s.w, list)})
	if reply.Err != nil {
		return nil, reply.Err
	}
	s.hear(c.ClientID, reply.Results)
	page, bad := room.Page(context.Background(), at, c.ClientID, s.w.faults.page)
	if bad != nil {
		return nil, bad
	}
	return fmt.Appendf(nil, `{"last_id":%d,"results":%s,%s}`, reply.LastID, reply.Results, s.page(room, page)), nil
}

func (s *server) page(room *multisession.Room, p *multisession.Page) []byte {
	return fmt.Appendf(nil, `"changes":[%s],"cursor":%q,"seq":%d,"head":%d,"more":%t`,
		p.Changes, room.Feed.Cursor(p.Position), p.Position.Seq, p.Head, p.More)
}

func (s *server) pullCall(room *multisession.Room, pos sdk.POS, c wire.PullCall) (raw []byte, bad *sdk.Error, ready bool) {
	if c.Page != "" {
		p, bad := room.Pins.Page(c.Page)
		return s.snapshotPage(room, p), bad, true
	}
	if c.Cursor == "" {
		if bad := s.ask(room, &multisession.Seen{Client: c.ClientID, POS: pos.ID}).Err; bad != nil {
			return nil, bad, true
		}
		reply := s.ask(room, &multisession.Pin{Client: c.ClientID})
		if reply.Err != nil {
			return nil, reply.Err, true
		}
		p, bad := room.Pins.First(reply.Snapshot, s.w.faults.page)
		return s.snapshotPage(room, p), bad, true
	}
	at, bad := s.position(room, pos, c.ClientID, c.Cursor)
	if bad != nil {
		return nil, bad, true
	}
	if c.Wait > 0 && !at.Folded && room.Feed.Head().Seq == at.Seq {
		return nil, nil, false
	}
	page, bad := room.Page(context.Background(), at, c.ClientID, s.w.faults.page)
	if bad != nil {
		return nil, bad, true
	}
	return fmt.Appendf(nil, `{"mode":"changes",%s,"last_id":%d}`, s.page(room, page), page.LastID), nil, true
}

func (s *server) snapshotPage(room *multisession.Room, p multisession.SnapshotPage) []byte {
	if p.Snapshot == nil {
		return nil
	}
	orders := bytes.Join(p.Orders, []byte(","))
	if p.Next != "" {
		return fmt.Appendf(nil, `{"mode":"snapshot","orders":[%s],"page":%q,"more":true}`, orders, p.Next)
	}
	return fmt.Appendf(nil, `{"mode":"snapshot","orders":[%s],"more":false,"cursor":%q,"seq":%d,"head":%d,"last_id":%d}`,
		orders, room.Feed.Cursor(p.Position), p.Position.Seq, room.Feed.Head().Seq, p.LastID)
}
