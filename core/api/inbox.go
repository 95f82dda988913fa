package api

import (
	"bytes"
	"context"
	"strconv"
	"sync/atomic"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// inboxCalls are the rejected mutations that wait for somebody.
type inboxCalls struct {
	*observer
	store    store.Store
	kept     store.RejectionsKept
	resolved func(*store.Rejection)
	life     context.Context // of what outlives a request
	trimming atomic.Bool
}

const rejectionsPage = 100

func (in *inboxCalls) rejections(c *call) error {
	query := c.r.URL.Query()
	var after int64
	if text := query.Get("after"); text != "" && text != "null" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return badAt("after", "must be one that this call gave")
		}
		after = n
	}
	rows, more, err := in.store.ListRejections(c.r.Context(), store.RejectionFilter{
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

func (in *inboxCalls) resolveRejection(c *call) error {
	text := chi.URLParam(c.r, "id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return protocol.Errorf(protocol.NotFound, "there is no rejection %.20q", text)
	}
	if err := in.store.ResolveRejection(c.r.Context(), id); err != nil {
		return notFoundOr(err, "there is no rejection %d waiting", id)
	}
	if was, _, err := in.store.ListRejections(c.r.Context(), store.RejectionFilter{Resolved: true, After: id - 1, Limit: 1}); err == nil && len(was) == 1 && was[0].ID == id {
		in.resolved(&was[0])
	}
	return c.answer(protocol.Nothing{})
}

// trim drops what is beyond the limit of each POS of whom something was
// rejected lately.
func (in *inboxCalls) trim() {
	if !in.trimming.CompareAndSwap(false, true) {
		return
	}
	var all []protocol.POSID
	in.metrics.rejected.Range(func(pos, _ any) bool {
		in.metrics.rejected.Delete(pos)
		all = append(all, pos.(protocol.POSID))
		return true
	})
	if len(all) == 0 {
		in.trimming.Store(false)
		return
	}
	go func() {
		defer in.trimming.Store(false)
		for _, pos := range all {
			dropped, err := in.store.TrimRejections(in.life, pos, in.kept)
			if err != nil {
				in.log.Error("the inbox of rejected mutations can't be trimmed", "pos", pos, "error", err)
			}
			in.metrics.refusals.WithLabelValues(refusedRejection).Add(float64(dropped))
			if dropped > 0 && in.limited.tell(in.log, moreLimited) {
				in.log.Warn("old rejected mutations were deleted: check this POS, and resolve those that are left", "pos", pos, "dropped", dropped,
					"kept", in.kept.Count, "kept_bytes", in.kept.Bytes)
			}
		}
	}()
}
