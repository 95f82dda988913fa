package api

import (
	"fmt"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// adminCalls are multi-sessions and POS.
type adminCalls struct {
	directory *directory.Directory
	intake    *intake
}

func msParam(c *call) protocol.MultiSessionID {
	return protocol.MultiSessionID(chi.URLParam(c.r, "id"))
}

func (a *adminCalls) listMultiSessions(c *call) error {
	list, err := a.directory.ListMultiSessions(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(protocol.MultiSessionsResponse{MultiSessions: list})
}

func (a *adminCalls) createMultiSession(c *call) error {
	p, err := a.readPatch(c)
	if err != nil {
		return err
	}
	if p.Name == nil {
		return badAt("name", "must be a text of 1 to 200 characters")
	}
	var pos []protocol.POSID
	if p.POS != nil {
		pos = *p.POS
	}
	return orBad(c, func() (any, error) {
		return a.directory.CreateMultiSession(c.r.Context(), *p.Name, pos)
	})
}

func orBad(c *call, do func() (any, error)) error {
	v, err := do()
	if err != nil {
		return err
	}
	return c.answer(v)
}

func (a *adminCalls) getMultiSession(c *call) error {
	return orBad(c, func() (any, error) { return a.directory.MultiSession(c.r.Context(), msParam(c)) })
}

func (a *adminCalls) patchMultiSession(c *call) error {
	p, err := a.readPatch(c)
	if err != nil {
		return err
	}
	return orBad(c, func() (any, error) {
		return a.directory.PatchMultiSession(c.r.Context(), msParam(c), p)
	})
}

func (a *adminCalls) deleteMultiSession(c *call) error {
	return orBad(c, func() (any, error) {
		return protocol.Nothing{}, a.directory.DeleteMultiSession(c.r.Context(), msParam(c))
	})
}

// readPatch reads name, active and pos; what is missing stays nil.
func (a *adminCalls) readPatch(c *call) (p protocol.MultiSessionRequest, err error) {
	body, err := a.intake.object(c)
	if err != nil {
		return p, err
	}
	if p.Name, err = optionalText(body, "name"); err != nil {
		return p, err
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
	ids, seen := []protocol.POSID{}, map[protocol.POSID]bool{}
	for i, item := range v.Array() {
		id, err := id[protocol.POSID](item, fmt.Sprintf("pos[%d]", i), false)
		if err != nil {
			return p, err
		}
		if !seen[id] {
			ids = append(ids, id)
		}
		seen[id] = true
	}
	p.POS = &ids
	return p, nil
}

func optionalText(body gjson.Result, key string) (*string, error) {
	v := body.Get(key)
	if !v.Exists() {
		return nil, nil
	}
	if v.Type != gjson.String {
		return nil, badAt(key, "must be a text")
	}
	return &v.Str, nil
}

// text is optionalText where none is as good as an empty one.
func text(body gjson.Result, key string) (string, error) {
	v, err := optionalText(body, key)
	if v == nil {
		return "", err
	}
	return *v, nil
}

func (a *adminCalls) listPOS(c *call) error {
	list, err := a.directory.ListPOS(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(protocol.POSResponse{POS: list})
}

func (a *adminCalls) createPOS(c *call) error {
	body, err := a.intake.object(c)
	if err != nil {
		return err
	}
	posID, err := id[protocol.POSID](body.Get("id"), "id", false)
	if err != nil {
		return err
	}
	name, err := text(body, "name")
	if err != nil {
		return err
	}
	pos, token, err := a.directory.CreatePOS(c.r.Context(), posID, name)
	if err != nil {
		return err
	}
	return c.answer(protocol.TokenResponse{ID: pos.ID, Name: pos.Name, Token: token})
}

func (a *adminCalls) patchPOS(c *call) error {
	name, err := a.intake.name(c)
	if err != nil {
		return err
	}
	return orBad(c, func() (any, error) { return a.directory.RenamePOS(c.r.Context(), posParam(c), name) })
}

func (a *adminCalls) deletePOS(c *call) error {
	return orBad(c, func() (any, error) {
		return protocol.Nothing{}, a.directory.DeletePOS(c.r.Context(), posParam(c))
	})
}

func (a *adminCalls) newToken(c *call) error {
	token, err := a.directory.NewToken(c.r.Context(), posParam(c))
	if err != nil {
		return err
	}
	return c.answer(map[string]any{"id": posParam(c), "token": token})
}

func (a *adminCalls) closePOS(c *call) error {
	return orBad(c, func() (any, error) { return a.directory.CloseTill(c.r.Context(), posParam(c)) })
}

func posParam(c *call) protocol.POSID { return protocol.POSID(chi.URLParam(c.r, "id")) }
