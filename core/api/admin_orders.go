package api

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
)

// known makes sure that there is such a multi-session.
func (a *API) known(c *call) error {
	_, err := a.directory.MultiSession(c.r.Context(), msParam(c))
	return err
}

// adminOrders is tagged with the head, so that who looks every two seconds
// costs nothing while nothing changes.
func (a *API) adminOrders(c *call) error {
	if err := a.known(c); err != nil {
		return err
	}
	room, leave, err := a.Rooms.Enter(c.r.Context(), msParam(c))
	if err != nil {
		return err
	}
	defer leave()
	etag := fmt.Sprintf(`"%s.%d"`, a.Identity.Epoch, room.Feed.Head().Seq)
	c.w.Header().Set("ETag", etag)
	if c.r.Header.Get("If-None-Match") == etag {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return a.listOrders(c, msParam(c))
}

func (a *API) history(c *call) error {
	if err := a.known(c); err != nil {
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
	changes, more, err := a.Store.History(c.r.Context(), msParam(c), id, protocol.Seq(after))
	if err != nil {
		return notFoundOr(err, "there is no order %.64q", string(id))
	}
	bodies := make([][]byte, 0, len(changes))
	for _, change := range changes {
		if !order.Valid(change.Body) {
			a.Log.Error("a change can't be read and is left out", "multi_session", msParam(c), "seq", change.Seq)
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
func (a *API) cancelOrder(c *call) error {
	if err := a.known(c); err != nil {
		return err
	}
	body, err := a.object(c)
	if err != nil {
		return err
	}
	reason, err := optionalText(body, "reason")
	if err != nil {
		return err
	}
	void := &multisession.Void{Order: protocol.OrderID(chi.URLParam(c.r, "order"))}
	if reason != nil {
		void.Reason = *reason
	}
	room, leave, err := a.Rooms.Enter(c.r.Context(), msParam(c))
	if err != nil {
		return err
	}
	defer leave()
	reply := room.Ask(c.r.Context(), void)
	if reply.Err != nil {
		return reply.Err
	}
	return c.answerRaw(protocol.AppendCancelled(nil, reply.Change))
}
