package relay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// everything is what a server has of a multi-session, but for where its log begins.
type everything struct {
	Head   protocol.Seq
	Run    protocol.Run
	Open   bool
	Orders []string
	Log    []string
}

var errPruned = errors.New("pruned")

func (s *server) everything(ms protocol.MultiSessionID) (e everything, err error) {
	ctx := context.Background()
	snap, err := s.store.Load(ctx, ms)
	if err != nil {
		return e, err
	}
	e.Head, e.Run, e.Open = snap.Head, snap.MultiSession.Run, snap.MultiSession.RunOpen
	for f := (store.ListFilter{Limit: 500}); ; {
		rows, err := s.store.List(ctx, ms, f)
		if err != nil {
			return e, err
		}
		if len(rows) == 0 {
			break
		}
		for i := range rows {
			text, err := multisession.OrderJSON(&rows[i])
			if err != nil {
				return e, err
			}
			e.Orders = append(e.Orders, string(text))
			f.AfterRun, f.AfterNo = rows[i].Run, rows[i].Number
		}
	}
	for after := snap.Pruned; after < snap.Head; {
		changes, err := s.store.Changes(ctx, ms, after, 500)
		if err != nil {
			return e, err
		}
		if len(changes) == 0 {
			return e, errPruned
		}
		for _, c := range changes {
			e.Log = append(e.Log, string(c.Body))
			after = c.Seq
		}
	}
	return e, nil
}

// same waits until a copy is what its home is.
func same(t *testing.T, shop, chain *server, ms protocol.MultiSessionID, relay protocol.RelayID) everything {
	t.Helper()
	var want, got everything
	chain.eventually("the copy is as its home", func() (err error) {
		if want, err = shop.everything(ms); err != nil {
			return err
		}
		if got, err = chain.everything(multisession.CopyID(relay, ms)); err != nil {
			return err
		}
		if got.Head != want.Head {
			return fmt.Errorf("at %d, not at %d", got.Head, want.Head)
		}
		if got.Run != want.Run || got.Open != want.Open {
			return fmt.Errorf("run %d (%t), not %d (%t)", got.Run, got.Open, want.Run, want.Open)
		}
		return nil
	})
	if n := min(len(want.Log), len(got.Log)); true { // a log may begin later
		want.Log, got.Log = want.Log[len(want.Log)-n:], got.Log[len(got.Log)-n:]
	}
	require.Equal(t, want, got)
	return got
}

func unmarshal(text string, into any) error { return json.Unmarshal([]byte(text), into) }
