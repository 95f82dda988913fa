package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/manytill/manytill/sdk/protocol"
	"github.com/stretchr/testify/require"
)

// TestAGracefulStopLosesNothingAcknowledged: many clients push while the server
// is asked to end. What they were told is applied is there after a restart.
func TestAGracefulStopLosesNothingAcknowledged(t *testing.T) {
	f := newServerWithTwoPOS(t)
	bar := &caller{t: t, url: f.url, token: f.bar}
	require.Equal(t, http.StatusOK, bar.call("POST", "/v1/till/open", map[string]any{}, nil))
	var start struct{ Cursor protocol.Cursor }
	require.Equal(t, http.StatusOK, bar.call("GET", "/v1/pull", nil, &start))

	const clients = 8
	acknowledged := make([]protocol.MutationID, clients)
	asked := make([]protocol.MutationID, clients)
	var warm, all sync.WaitGroup
	warm.Add(clients)
	for i := range clients {
		all.Go(func() {
			for id := protocol.MutationID(1); ; id++ {
				asked[i] = id
				if !bar.push(start.Cursor, i, id) {
					return
				}
				if acknowledged[i] = id; id == 20 {
					warm.Done()
				}
			}
		})
	}
	warm.Wait()
	f.server.stop()
	all.Wait()

	f.start()
	for _, o := range f.orders() {
		var i int
		_, err := fmt.Sscanf(string(o.ID), "o%d", &i)
		require.NoError(t, err)
		qty, ok := o.Lines[0].Fields["qty"].Decimal()
		require.True(t, ok)
		require.GreaterOrEqual(t, qty.Float(), float64(acknowledged[i]), "acknowledged by client %d", i)
		require.LessOrEqual(t, qty.Float(), float64(asked[i]), "asked by client %d", i)
	}
}

// caller is a till that speaks HTTP by hand.
type caller struct {
	t          *testing.T
	url, token string
}

// call returns the status; 0 if there was no answer.
func (c *caller) call(method, path string, body, answer any) int {
	raw, err := json.Marshal(body)
	require.NoError(c.t, err)
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(raw))
	require.NoError(c.t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	if answer != nil && json.NewDecoder(resp.Body).Decode(answer) != nil {
		return 0
	}
	return resp.StatusCode
}

// push sends one mutation of client i: the first makes its order with qty 1,
// each later one adds 1. True if it was applied.
func (c *caller) push(cursor protocol.Cursor, i int, id protocol.MutationID) bool {
	order, line := protocol.OrderID(fmt.Sprintf("o%d", i)), protocol.LineID("l1")
	m := protocol.Mutation{ID: id, Ops: protocol.Ops{protocol.LineInc{Order: order, Line: line, Field: "qty", By: "1"}}}
	if id == 1 {
		m.Ops = protocol.Ops{
			protocol.OrderCreate{Order: order, Set: protocol.Fields{}},
			protocol.LineAdd{Order: order, Line: line, Set: protocol.Fields{"qty": "1"}},
		}
	}
	var answer struct{ Results []protocol.Result }
	status := c.call("POST", "/v1/push", map[string]any{
		"client_id": fmt.Sprintf("client-%d", i), "cursor": cursor, "mutations": []protocol.Mutation{m},
	}, &answer)
	return status == http.StatusOK && len(answer.Results) == 1 && answer.Results[0].Status == protocol.Applied
}
