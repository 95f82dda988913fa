package api

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
)

const ordersPage = 500

// order is one order of any state and run.
func (a *API) order(c *call) error {
	if c.caller.MultiSession == nil {
		_, _, bad := a.enter(c.r.Context(), c.caller)
		return bad
	}
	return a.oneOrder(c, c.caller.MultiSession.ID)
}

func (a *API) oneOrder(c *call, ms sdk.MultiSessionID) error {
	id := sdk.OrderID(chi.URLParam(c.r, "order"))
	rows, err := a.Store.Orders(c.r.Context(), ms, []sdk.OrderID{id})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return sdk.Errorf(sdk.NotFound, "there is no order %.64q", string(id))
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
		_, _, bad := a.enter(c.r.Context(), c.caller)
		return bad
	}
	return a.listOrders(c, c.caller.MultiSession.ID)
}

func (a *API) listOrders(c *call, ms sdk.MultiSessionID) error {
	filter, bad := readFilter(c.r.URL.Query())
	if bad != nil {
		return bad
	}
	filter.Limit = ordersPage + 1
	rows, err := a.Store.List(c.r.Context(), ms, filter)
	if err != nil {
		return err
	}
	after, bytes := "null", 0
	for i := range rows {
		bytes += rows[i].Size()
	}
	more := len(rows) > ordersPage
	if rows = rows[:min(len(rows), ordersPage)]; more || bytes >= store.PageBytes {
		last := &rows[len(rows)-1]
		after = fmt.Sprintf(`"%d.%d"`, last.Run, last.Number)
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
	b := append(appendOrders([]byte(`{`), bodies), `,"after":`...)
	return c.answerRaw(append(append(b, after...), '}'))
}

func readFilter(query url.Values) (f store.ListFilter, bad *sdk.Error) {
	if text := query.Get("run"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return f, badAt("run", "must be a whole number")
		}
		f.Run = sdk.Run(n)
	}
	if text := query.Get("number"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return f, badAt("number", "must be a whole number")
		}
		f.Number = sdk.Number(n)
	}
	switch f.State = sdk.State(query.Get("state")); f.State {
	case "", sdk.Open, sdk.Paid, sdk.Cancelled, sdk.Abandoned:
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
		f.AfterRun, f.AfterNo = sdk.Run(r), sdk.Number(n)
	}
	return f, nil
}
