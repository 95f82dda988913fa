package api

import (
	"bytes"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

const rejectionsPage = 100

func (a *API) rejections(c *call) error {
	query := c.r.URL.Query()
	var after int64
	if text := query.Get("after"); text != "" && text != "null" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return badAt("after", "must be one that this call gave")
		}
		after = n
	}
	rows, more, err := a.Store.ListRejections(c.r.Context(), store.RejectionFilter{
		MultiSession: protocol.MultiSessionID(query.Get("multi_session")), Resolved: query.Get("resolved") == "true",
		After: after, Limit: rejectionsPage,
	})
	if err != nil {
		return err
	}
	var next *string
	if more {
		last := strconv.FormatInt(rows[len(rows)-1].ID, 10)
		next = &last
	}
	list := make([]protocol.RejectedMutation, len(rows))
	for i, r := range rows {
		list[i] = showRejection(r)
	}
	return c.answer(protocol.RejectionsResponse{Rejections: list, After: next})
}

func showRejection(r store.Rejection) protocol.RejectedMutation {
	if r.Kept == nil {
		r.Kept = []protocol.PaymentID{}
	}
	return protocol.RejectedMutation{
		ID: strconv.FormatInt(r.ID, 10), At: protocol.FormatTime(r.At), MultiSession: r.MultiSession, ClientID: r.Client,
		By: r.By, Mutation: bytes.ToValidUTF8(r.Mutation, []byte("\uFFFD")), Code: r.Code, Message: r.Message, Kept: r.Kept, Resolved: r.Resolved,
	}
}

func (a *API) resolveRejection(c *call) error {
	text := chi.URLParam(c.r, "id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return protocol.Errorf(protocol.NotFound, "there is no rejection %.20q", text)
	}
	if err := a.Store.ResolveRejection(c.r.Context(), id); err != nil {
		return notFoundOr(err, "there is no rejection %d waiting", id)
	}
	return c.answer(protocol.Nothing{})
}

// trimInbox drops what is beyond the limit of each POS of whom something was
// rejected lately.
func (a *API) trimInbox() {
	if !a.trimming.CompareAndSwap(false, true) {
		return
	}
	var all []protocol.POSID
	a.Metrics.rejected.Range(func(pos, _ any) bool {
		a.Metrics.rejected.Delete(pos)
		all = append(all, pos.(protocol.POSID))
		return true
	})
	if len(all) == 0 {
		a.trimming.Store(false)
		return
	}
	go func() {
		defer a.trimming.Store(false)
		for _, pos := range all {
			dropped, err := a.Store.TrimRejections(a.background, pos, a.Limits.Rejections)
			if err != nil {
				a.Log.Error("the inbox of rejected mutations can't be trimmed", "pos", pos, "error", err)
			}
			a.Metrics.refusals.WithLabelValues(refusedRejection).Add(float64(dropped))
			if dropped > 0 && a.limited.tell(a.Log, moreLimited) {
				a.Log.Warn("old rejected mutations were dropped: look at this POS, and resolve what waits", "pos", pos, "dropped", dropped,
					"kept", a.Limits.Rejections.Count, "kept_bytes", a.Limits.Rejections.Bytes)
			}
		}
	}()
}
