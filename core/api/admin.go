package api

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk"
	"github.com/tidwall/gjson"
)

func msParam(c *call) sdk.MultiSessionID { return sdk.MultiSessionID(chi.URLParam(c.r, "id")) }
func posParam(c *call) sdk.POSID         { return sdk.POSID(chi.URLParam(c.r, "id")) }

func (a *API) listMultiSessions(c *call) error {
	list, bad := a.directory.ListMultiSessions(c.r.Context())
	if bad != nil {
		return bad
	}
	return c.answer(map[string]any{"multi_sessions": list})
}

func (a *API) createMultiSession(c *call) error {
	p, bad := a.readPatch(c)
	if bad != nil {
		return bad
	}
	if p.Name == nil {
		return badAt("name", "must be a text of 1 to 200 characters")
	}
	var pos []sdk.POSID
	if p.POS != nil {
		pos = *p.POS
	}
	return orBad(c, func() (any, *sdk.Error) {
		return a.directory.CreateMultiSession(c.r.Context(), *p.Name, pos)
	})
}

func orBad(c *call, do func() (any, *sdk.Error)) error {
	v, bad := do()
	if bad != nil {
		return bad
	}
	return c.answer(v)
}

func (a *API) getMultiSession(c *call) error {
	return orBad(c, func() (any, *sdk.Error) { return a.directory.MultiSession(c.r.Context(), msParam(c)) })
}

func (a *API) patchMultiSession(c *call) error {
	p, bad := a.readPatch(c)
	if bad != nil {
		return bad
	}
	return orBad(c, func() (any, *sdk.Error) {
		return a.directory.PatchMultiSession(c.r.Context(), msParam(c), p)
	})
}

func (a *API) deleteMultiSession(c *call) error {
	return orBad(c, func() (any, *sdk.Error) {
		return struct{}{}, a.directory.DeleteMultiSession(c.r.Context(), msParam(c))
	})
}

// readPatch reads name, active and pos; what is missing stays nil.
func (a *API) readPatch(c *call) (p directory.Patch, bad *sdk.Error) {
	body, bad := a.object(c)
	if bad != nil {
		return p, bad
	}
	if p.Name, bad = optionalText(body, "name"); bad != nil {
		return p, bad
	}
	if v := body.Get("active"); v.Exists() {
		if !v.IsBool() {
			return p, badAt("active", "must be true or false")
		}
		active := v.Bool()
		p.Active = &active
	}
	v := body.Get("pos")
	if !v.Exists() {
		return p, nil
	}
	if !v.IsArray() {
		return p, badAt("pos", "must be a list of POS ids")
	}
	ids, seen := []sdk.POSID{}, map[sdk.POSID]bool{}
	for i, item := range v.Array() {
		id, bad := id[sdk.POSID](item, fmt.Sprintf("pos[%d]", i), false)
		if bad != nil {
			return p, bad
		}
		if !seen[id] {
			ids = append(ids, id)
		}
		seen[id] = true
	}
	p.POS = &ids
	return p, nil
}

func optionalText(body gjson.Result, key string) (*string, *sdk.Error) {
	v := body.Get(key)
	if !v.Exists() {
		return nil, nil
	}
	if v.Type != gjson.String {
		return nil, badAt(key, "must be a text")
	}
	return &v.Str, nil
}

func (a *API) listPOS(c *call) error {
	list, bad := a.directory.ListPOS(c.r.Context())
	if bad != nil {
		return bad
	}
	return c.answer(map[string]any{"pos": list})
}

// createdPOS is shown once: later nobody knows the token.
type createdPOS struct {
	ID    sdk.POSID `json:"id"`
	Name  string    `json:"name"`
	Token string    `json:"token"`
}

func (a *API) createPOS(c *call) error {
	body, bad := a.object(c)
	if bad != nil {
		return bad
	}
	posID, bad := id[sdk.POSID](body.Get("id"), "id", false)
	if bad != nil {
		return bad
	}
	name, bad := optionalText(body, "name")
	if bad != nil {
		return bad
	}
	if name == nil {
		name = new(string)
	}
	pos, token, bad := a.directory.CreatePOS(c.r.Context(), posID, *name)
	if bad != nil {
		return bad
	}
	return c.answer(createdPOS{pos.ID, pos.Name, token})
}

func (a *API) patchPOS(c *call) error {
	body, bad := a.object(c)
	if bad != nil {
		return bad
	}
	name, bad := optionalText(body, "name")
	if bad != nil {
		return bad
	}
	return orBad(c, func() (any, *sdk.Error) { return a.directory.RenamePOS(c.r.Context(), posParam(c), name) })
}

func (a *API) deletePOS(c *call) error {
	return orBad(c, func() (any, *sdk.Error) {
		return struct{}{}, a.directory.DeletePOS(c.r.Context(), posParam(c))
	})
}

func (a *API) newToken(c *call) error {
	token, bad := a.directory.NewToken(c.r.Context(), posParam(c))
	if bad != nil {
		return bad
	}
	return c.answer(map[string]any{"id": posParam(c), "token": token})
}

func (a *API) closePOS(c *call) error {
	return orBad(c, func() (any, *sdk.Error) { return a.directory.CloseTill(c.r.Context(), posParam(c)) })
}

// known makes sure that there is such a multi-session.
func (a *API) known(c *call) *sdk.Error {
	_, bad := a.directory.MultiSession(c.r.Context(), msParam(c))
	return bad
}

func (a *API) adminOrders(c *call) error {
	if bad := a.known(c); bad != nil {
		return bad
	}
	return a.listOrders(c, msParam(c))
}

func (a *API) history(c *call) error {
	if bad := a.known(c); bad != nil {
		return bad
	}
	id := sdk.OrderID(chi.URLParam(c.r, "order"))
	changes, err := a.Store.History(c.r.Context(), msParam(c), id)
	if err != nil {
		return notFoundOr(err, "there is no order %.64q", string(id))
	}
	b := []byte(`{"changes":[`)
	for i, change := range changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, change.Body...)
	}
	return c.answerRaw(append(b, `]}`...))
}

// cancelOrder voids an open order in the admin's name.
func (a *API) cancelOrder(c *call) error {
	if bad := a.known(c); bad != nil {
		return bad
	}
	body, bad := a.object(c)
	if bad != nil {
		return bad
	}
	reason, bad := optionalText(body, "reason")
	if bad != nil {
		return bad
	}
	void := &multisession.Void{Order: sdk.OrderID(chi.URLParam(c.r, "order"))}
	if reason != nil {
		void.Reason = *reason
	}
	room, leave, bad := a.Rooms.Enter(c.r.Context(), msParam(c))
	if bad != nil {
		return bad
	}
	defer leave()
	reply := room.Ask(c.r.Context(), void)
	if reply.Err != nil {
		return reply.Err
	}
	return c.answerRaw(append(append([]byte(`{"change":`), reply.Change...), '}'))
}

// rejection is a rejected mutation in the operator's inbox.
type rejection struct {
	ID           string             `json:"id"`
	At           string             `json:"at"`
	MultiSession sdk.MultiSessionID `json:"multi_session"`
	ClientID     sdk.ClientID       `json:"client_id"`
	By           sdk.Author         `json:"by"`
	Mutation     json.RawMessage    `json:"mutation"`
	Code         sdk.Code           `json:"code"`
	Message      string             `json:"message"`
	Kept         []sdk.PaymentID    `json:"kept"`
}

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
	rows, err := a.Store.ListRejections(c.r.Context(), sdk.MultiSessionID(query.Get("multi_session")), after, rejectionsPage+1)
	if err != nil {
		return err
	}
	var next *string
	if len(rows) > rejectionsPage {
		rows = rows[:rejectionsPage]
		last := strconv.FormatInt(rows[rejectionsPage-1].ID, 10)
		next = &last
	}
	list := make([]rejection, len(rows))
	for i, r := range rows {
		list[i] = showRejection(r)
	}
	return c.answer(map[string]any{"rejections": list, "after": next})
}

func showRejection(r store.Rejection) rejection {
	if r.Kept == nil {
		r.Kept = []sdk.PaymentID{}
	}
	return rejection{
		ID: strconv.FormatInt(r.ID, 10), At: sdk.FormatTime(r.At), MultiSession: r.MultiSession, ClientID: r.Client,
		By: r.By, Mutation: r.Mutation, Code: r.Code, Message: r.Message, Kept: r.Kept,
	}
}

func (a *API) resolveRejection(c *call) error {
	text := chi.URLParam(c.r, "id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return sdk.Errorf(sdk.NotFound, "there is no rejection %.20q", text)
	}
	if err := a.Store.ResolveRejection(c.r.Context(), id); err != nil {
		return notFoundOr(err, "there is no rejection %d waiting", id)
	}
	return c.answer(struct{}{})
}

func (a *API) listConnections(c *call) error {
	list := []connection{}
	for _, s := range a.connections.list() {
		list = append(list, s.about())
	}
	return c.answer(map[string]any{"connections": list})
}

func (a *API) extensions(c *call) error {
	return c.answer(map[string]any{"extensions": a.Extensions.Status()})
}

// reloadExtensions swaps the chain; a broken one leaves the old one running.
func (a *API) reloadExtensions(c *call) error {
	if err := a.Extensions.Reload(c.r.Context()); err != nil {
		return sdk.Errorf(sdk.Conflict, "the extensions stay as they are: %s", err).Because(err)
	}
	return a.extensions(c)
}
