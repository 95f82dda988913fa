package api

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

const ordersPage = 500

// order is one order of any state and run.
func (a *API) order(c *call) error {
	if c.caller.MultiSession == nil {
		_, _, err := a.enter(c.r.Context(), c.caller)
		return err
	}
	return a.oneOrder(c, c.caller.MultiSession.ID)
}

func (a *API) oneOrder(c *call, ms protocol.MultiSessionID) error {
	id := protocol.OrderID(chi.URLParam(c.r, "order"))
	rows, _, err := a.Store.Orders(c.r.Context(), ms, []protocol.OrderID{id})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return protocol.Errorf(protocol.NotFound, "there is no order %.64q", string(id))
	}
	body, err := multisession.OrderJSON(&rows[0])
	if err != nil {
		return err
	}
	return c.answerRaw(body)
}

// orders lists by run and number.
func (a *API) orders(c *call) error {
	if c.caller.MultiSession == nil {
		_, _, err := a.enter(c.r.Context(), c.caller)
		return err
	}
	return a.listOrders(c, c.caller.MultiSession.ID)
}

func (a *API) listOrders(c *call, ms protocol.MultiSessionID) error {
	filter, err := readFilter(c.r.URL.Query())
	if err != nil {
		return err
	}
	filter.Limit = ordersPage + 1
	rows, err := a.Store.List(c.r.Context(), ms, filter)
	if err != nil {
		return err
	}
	var after *string
	bytes := 0
	for i := range rows {
		bytes += rows[i].Size()
	}
	more := len(rows) > ordersPage
	if rows = rows[:min(len(rows), ordersPage)]; more || bytes >= store.PageBytes {
		last := &rows[len(rows)-1]
		at := fmt.Sprintf("%d.%d", last.Run, last.Number)
		after = &at
	}
	bodies := make([][]byte, 0, len(rows))
	for i := range rows {
		body, err := multisession.OrderJSON(&rows[i])
		if err == nil {
			bodies = append(bodies, body)
			continue
		}
		a.Log.Error("an order can't be read and is left out", "multi_session", ms, "order", rows[i].ID)
	}
	return c.answerRaw(protocol.AppendOrders(nil, bodies, after))
}

func readFilter(query url.Values) (f store.ListFilter, err error) {
	if text := query.Get("run"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return f, badAt("run", "must be a whole number")
		}
		f.Run = protocol.Run(n)
	}
	if text := query.Get("number"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return f, badAt("number", "must be a whole number")
		}
		f.Number = protocol.Number(n)
	}
	switch f.State = protocol.State(query.Get("state")); f.State {
	case "", protocol.Open, protocol.Paid, protocol.Cancelled, protocol.Abandoned:
	default:
		return f, badAt("state", "must be open, paid, cancelled or abandoned")
	}
	if after := query.Get("after"); after != "" && after != "null" {
		run, number, ok := strings.Cut(after, ".")
		r, err1 := strconv.ParseInt(run, 10, 64)
		n, err2 := strconv.ParseInt(number, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return f, badAt("after", "must be one that this call gave")
		}
		f.AfterRun, f.AfterNo = protocol.Run(r), protocol.Number(n)
	}
	return f, nil
}
