package api

import (
	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk"
)

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

func posParam(c *call) sdk.POSID { return sdk.POSID(chi.URLParam(c.r, "id")) }
