package api

import (
	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
)

func (a *API) listPOS(c *call) error {
	list, bad := a.directory.ListPOS(c.r.Context())
	if bad != nil {
		return bad
	}
	return c.answer(protocol.POSResponse{POS: list})
}

func (a *API) createPOS(c *call) error {
	body, bad := a.object(c)
	if bad != nil {
		return bad
	}
	posID, bad := id[protocol.POSID](body.Get("id"), "id", false)
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
	return c.answer(protocol.TokenResponse{ID: pos.ID, Name: pos.Name, Token: token})
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
	return orBad(c, func() (any, *protocol.Error) { return a.directory.RenamePOS(c.r.Context(), posParam(c), name) })
}

func (a *API) deletePOS(c *call) error {
	return orBad(c, func() (any, *protocol.Error) {
		return protocol.Nothing{}, a.directory.DeletePOS(c.r.Context(), posParam(c))
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
	return orBad(c, func() (any, *protocol.Error) { return a.directory.CloseTill(c.r.Context(), posParam(c)) })
}

func posParam(c *call) protocol.POSID { return protocol.POSID(chi.URLParam(c.r, "id")) }
