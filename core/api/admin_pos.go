package api

import (
	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
)

func (a *API) listPOS(c *call) error {
	list, err := a.directory.ListPOS(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(protocol.POSResponse{POS: list})
}

func (a *API) createPOS(c *call) error {
	body, err := a.object(c)
	if err != nil {
		return err
	}
	posID, err := id[protocol.POSID](body.Get("id"), "id", false)
	if err != nil {
		return err
	}
	name, err := optionalText(body, "name")
	if err != nil {
		return err
	}
	if name == nil {
		name = new(string)
	}
	pos, token, err := a.directory.CreatePOS(c.r.Context(), posID, *name)
	if err != nil {
		return err
	}
	return c.answer(protocol.TokenResponse{ID: pos.ID, Name: pos.Name, Token: token})
}

func (a *API) patchPOS(c *call) error {
	body, err := a.object(c)
	if err != nil {
		return err
	}
	name, err := optionalText(body, "name")
	if err != nil {
		return err
	}
	return orBad(c, func() (any, error) { return a.directory.RenamePOS(c.r.Context(), posParam(c), name) })
}

func (a *API) deletePOS(c *call) error {
	return orBad(c, func() (any, error) {
		return protocol.Nothing{}, a.directory.DeletePOS(c.r.Context(), posParam(c))
	})
}

func (a *API) newToken(c *call) error {
	token, err := a.directory.NewToken(c.r.Context(), posParam(c))
	if err != nil {
		return err
	}
	return c.answer(map[string]any{"id": posParam(c), "token": token})
}

func (a *API) closePOS(c *call) error {
	return orBad(c, func() (any, error) { return a.directory.CloseTill(c.r.Context(), posParam(c)) })
}

func posParam(c *call) protocol.POSID { return protocol.POSID(chi.URLParam(c.r, "id")) }
