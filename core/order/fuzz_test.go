package order_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// FuzzDecode: whatever JSON a till sends, decoding ends, and with the id.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":1,"user":{"id":"7","name":"Ana"},"at":"2026-11-21T09:59:58Z","ops":[{"op":"line.set","order":"o","line":"l","set":{"a":[1]},"base":3}]}`))
	f.Add([]byte(`{"id":1,"ops":[{"op":"order.pay","order":"o","payment":{"id":"p","method":"m","amount":1e3}},{"op":"line.move","order":"o","lines":["a"],"to":"b"}]}`))
	f.Add([]byte(`{"id":9007199254740992}`))
	f.Add([]byte(`[{"id":"1"}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) || protocol.TooDeep(raw) {
			return
		}
		m, err := order.Decode(raw, order.DefaultLimits)
		if err != nil {
			return
		}
		require.Positive(t, m.ID)
		require.LessOrEqual(t, m.ID, protocol.MaxMutationID)
		if m.Shape == nil {
			require.NotEmpty(t, m.Ops)
		} else {
			require.NotEmpty(t, m.Shape.Message)
		}
		spaced := bytes.Buffer{}
		require.NoError(t, json.Indent(&spaced, raw, "", "  "))
		again, err := order.Decode(spaced.Bytes(), order.DefaultLimits)
		require.NoError(t, err)
		require.Equal(t, m.Hash, again.Hash, "white space makes no other body")
	})
}

// FuzzApply: a line is what one of two clients asks for. Nothing panics, what
// is written is JSON, and an order read back from its rows is the same.
func FuzzApply(f *testing.F) {
	scripts, err := filepath.Glob("testdata/scripts/*")
	require.NoError(f, err)
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		var ops []string
		for _, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "[{") {
				ops = append(ops, line)
			}
		}
		f.Add(strings.Join(ops, "\n"))
	}
	f.Fuzz(func(t *testing.T, script string) {
		s := newCommittedOrders()
		for i, ops := range strings.SplitN(script, "\n", 50) {
			if !json.Valid([]byte(ops)) || protocol.TooDeep([]byte(ops)) {
				continue
			}
			before := s.dump()
			outcome, change := s.apply(t, fmt.Sprintf("c%d", i%2), ops)
			if change != "" {
				require.True(t, json.Valid([]byte(change)), change)
			}
			if outcome.Rejection != nil && len(outcome.Kept) == 0 {
				require.Equal(t, before, s.dump(), "a rejected mutation changes nothing")
			}
			for _, o := range s.orders {
				requireSameFromRows(t, o)
			}
		}
	})
}

func (s *committedOrders) dump() string {
	var b []byte
	for _, id := range protocol.SortedKeys(s.orders) {
		b = s.orders[id].AppendJSON(b)
	}
	return string(b)
}

func requireSameFromRows(t testing.TB, o *order.Order) {
	back := &order.Order{
		ID: o.ID, Number: o.Number, State: o.State, Run: o.Run, Rev: o.Rev, Created: o.Created, Seq: o.Seq, At: o.At,
	}
	body := o.AppendBody(nil)
	require.True(t, json.Valid(body), string(body))
	back.ReadBody(body)
	for _, line := range o.Lines() {
		body := line.AppendBody(nil, o.ID)
		require.True(t, json.Valid(body), string(body))
		back.AddLine(line.ID, line.N, body)
	}
	for i := range o.Payments {
		back.AddPayment(o.Payments[i].ID, o.Payments[i].Seq, o.Payments[i].AppendBody(nil))
	}
	require.Equal(t, string(o.AppendJSON(nil)), string(back.AppendJSON(nil)))
	require.Equal(t, string(body), string(back.AppendBody(nil)))
	require.Equal(t, o.Count(), back.Count())
}
