package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// orderCalls show orders, to tills and to the admin.
type orderCalls struct {
	*observer
	store     store.Store
	hub       *multisession.Hub
	directory *directory.Directory
	intake    *intake
}

const ordersPage = 500

// order is one order of any state and run.
func (o *orderCalls) order(c *call) error {
	if c.caller.MultiSession == nil {
		_, _, err := enter(c.r.Context(), o.hub, c.caller)
		return err
	}
	return o.oneOrder(c, c.caller.MultiSession.ID)
}

func (o *orderCalls) oneOrder(c *call, ms protocol.MultiSessionID) error {
	id := protocol.OrderID(chi.URLParam(c.r, "order"))
	rows, _, err := o.store.Orders(c.r.Context(), ms, []protocol.OrderID{id})
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
func (o *orderCalls) orders(c *call) error {
	if c.caller.MultiSession == nil {
		_, _, err := enter(c.r.Context(), o.hub, c.caller)
		return err
	}
	return o.listOrders(c, c.caller.MultiSession.ID)
}

func (o *orderCalls) listOrders(c *call, ms protocol.MultiSessionID) error {
	filter, err := readFilter(c.r.URL.Query())
	if err != nil {
		return err
	}
	filter.Limit = ordersPage + 1
	rows, err := o.store.List(c.r.Context(), ms, filter)
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
		o.log.Error("an order can't be read and is left out", "multi_session", ms, "order", rows[i].ID)
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

// known makes sure that there is such a multi-session.
func (o *orderCalls) known(c *call) error {
	_, err := o.directory.MultiSession(c.r.Context(), msParam(c))
	return err
}

// adminOrders is tagged with the head, so that who looks every two seconds
// costs nothing while nothing changes.
func (o *orderCalls) adminOrders(c *call) error {
	if err := o.known(c); err != nil {
		return err
	}
	session, leave, err := o.hub.Enter(c.r.Context(), msParam(c))
	if err != nil {
		return err
	}
	defer leave()
	etag := fmt.Sprintf("%q", session.Feed.Cursor(session.Feed.Head()))
	c.w.Header().Set("ETag", etag)
	if c.r.Header.Get("If-None-Match") == etag {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return o.listOrders(c, msParam(c))
}

func (o *orderCalls) history(c *call) error {
	if err := o.known(c); err != nil {
		return err
	}
	id := protocol.OrderID(chi.URLParam(c.r, "order"))
	var after int64
	if text := c.r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return badAt("after", "must be one that this call gave")
		}
	}
	changes, more, err := o.store.History(c.r.Context(), msParam(c), id, protocol.Seq(after))
	if err != nil {
		return notFoundOr(err, "there is no order %.64q", string(id))
	}
	bodies := make([][]byte, 0, len(changes))
	for _, change := range changes {
		if !order.Valid(change.Body) {
			o.log.Error("a change can't be read and is left out", "multi_session", msParam(c), "seq", change.Seq)
			continue
		}
		bodies = append(bodies, change.Body)
	}
	var next *string
	if more {
		last := strconv.FormatInt(int64(changes[len(changes)-1].Seq), 10)
		next = &last
	}
	return c.answerRaw(protocol.AppendHistory(nil, bodies, next))
}

// cancelOrder voids an open order in the admin's name.
func (o *orderCalls) cancelOrder(c *call) error {
	if err := o.known(c); err != nil {
		return err
	}
	body, err := o.intake.object(c)
	if err != nil {
		return err
	}
	reason, err := text(body, "reason")
	if err != nil {
		return err
	}
	void := &multisession.Void{Order: protocol.OrderID(chi.URLParam(c.r, "order")), Reason: reason}
	session, leave, err := o.hub.Enter(c.r.Context(), msParam(c))
	if err != nil {
		return err
	}
	defer leave()
	reply := session.Ask(c.r.Context(), void)
	if reply.Err != nil {
		return reply.Err
	}
	return c.answerRaw(protocol.AppendCancelled(nil, reply.Change))
}
