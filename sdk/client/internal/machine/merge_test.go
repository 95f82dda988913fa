package machine

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	_ "github.com/manytill/manytill/internal/seeds"
	"github.com/manytill/manytill/sdk/client/internal/queue"
	"github.com/manytill/manytill/sdk/protocol"
)

func vectors[T any](t *testing.T, file string) (cases []T) {
	raw, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &cases))
	require.NotEmpty(t, cases)
	return cases
}

// TestMerge: what becomes of changes and snapshots, as testdata/merge.json
// says; the TypeScript client reads the same cases.
func TestMerge(t *testing.T) {
	type kase struct {
		Name string
		At   struct {
			Is      inboxPhase
			Orders  []protocol.Order
			Changes []protocol.Change
			Next    string
		}
		Seq, Hole protocol.Seq
		Changes   *protocol.Changes
		Snapshot  *protocol.Snapshot
		Then      inboxPhase
		Verdict   string
		Seqs      []protocol.Seq
		Orders    []protocol.OrderID
		Next      string
	}
	for _, c := range vectors[kase](t, "merge.json") {
		t.Run(c.Name, func(t *testing.T) {
			at := map[inboxPhase]pile{
				inboxAwaiting: awaiting{}, inboxPaging: paging{c.At.Orders, c.At.Next},
				inboxFollowing: following{}, inboxFolding: folding{c.At.Changes, protocol.Cursor(c.At.Next)},
			}[c.At.Is]
			var after pile
			var v verdict
			if c.Changes != nil {
				after, v = mergeChanges(at, c.Seq, c.Hole, *c.Changes)
			} else {
				after, v = mergeSnapshot(at, *c.Snapshot)
			}
			require.Equal(t, c.Then, after.phase())
			inbox := inbox{pile: after}
			require.Equal(t, c.Next, inbox.continues())
			word, seqs, orders := "", []protocol.Seq(nil), []protocol.OrderID(nil)
			switch v := v.(type) {
			case advance:
				word = "advance"
				for _, change := range v.changes.Changes {
					seqs = append(seqs, change.Seq)
				}
			case rebase:
				word = "rebase"
				for _, o := range v.snapshot.Orders {
					orders = append(orders, o.ID)
				}
			case reject:
				word = "reject"
			}
			require.Equal(t, c.Verdict, word)
			require.Equal(t, c.Seqs, seqs)
			require.Equal(t, c.Orders, orders)
		})
	}
}

// TestSettled: what a result makes of a mutation, as testdata/settled.json
// says; the TypeScript client reads the same cases.
func TestSettled(t *testing.T) {
	type kase struct {
		Name   string
		Entry  queue.Entry
		Result protocol.Result
		Then   entryPhase
		Moved  bool
		Code   protocol.Code
	}
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for _, c := range vectors[kase](t, "settled.json") {
		t.Run(c.Name, func(t *testing.T) {
			before := c.Entry
			after := settled(&c.Entry, c.Result, now)
			require.Equal(t, before, c.Entry, "an entry is replaced, never changed")
			require.Equal(t, c.Moved, after != nil)
			if after == nil {
				after = &c.Entry
			}
			require.Equal(t, c.Then, phaseOf(after))
			code := protocol.Code("")
			if after.Result.Rejection != nil {
				code = after.Result.Code
			}
			require.Equal(t, c.Code, code)
		})
	}
}

// A log that comes in any pieces, some of them twice, advances over each
// change once.
func TestMergeInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := protocol.Seq(rapid.IntRange(1, 40).Draw(t, "head"))
		var p pile = following{}
		seq, hole := protocol.Seq(0), protocol.Seq(-1)
		var applied []protocol.Seq
		take := func(from, to protocol.Seq) {
			c := protocol.Changes{Seq: to}
			for s := from; s <= to; s++ {
				c.Changes = append(c.Changes, protocol.Change{Seq: s})
			}
			var v verdict
			p, v = mergeChanges(p, seq, hole, c)
			if _, no := v.(reject); no {
				hole = seq
				return
			}
			for _, change := range v.(advance).changes.Changes {
				if change.Seq > seq {
					applied = append(applied, change.Seq)
				}
			}
			seq = max(seq, to)
		}
		for range rapid.IntRange(0, 20).Draw(t, "pieces") {
			// A server sends from a position that the till had.
			from := protocol.Seq(rapid.IntRange(0, int(seq)).Draw(t, "from")) + 1
			take(from, min(head, from+protocol.Seq(rapid.IntRange(0, 8).Draw(t, "length"))))
		}
		if seq < head {
			take(seq+1, head)
		}
		require.Len(t, applied, int(head))
		for i, s := range applied {
			require.EqualValues(t, i+1, s)
		}
	})
}
