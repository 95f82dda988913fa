package api

import (
	"fmt"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

func msParam(c *call) protocol.MultiSessionID {
	return protocol.MultiSessionID(chi.URLParam(c.r, "id"))
}

func (a *API) listMultiSessions(c *call) error {
	list, err := a.directory.ListMultiSessions(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(protocol.MultiSessionsResponse{MultiSessions: list})
}

func (a *API) createMultiSession(c *call) error {
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

func (a *API) getMultiSession(c *call) error {
	return orBad(c, func() (any, error) { return a.directory.MultiSession(c.r.Context(), msParam(c)) })
}

func (a *API) patchMultiSession(c *call) error {
	p, err := a.readPatch(c)
	if err != nil {
		return err
	}
	return orBad(c, func() (any, error) {
		return a.directory.PatchMultiSession(c.r.Context(), msParam(c), p)
	})
}

func (a *API) deleteMultiSession(c *call) error {
	return orBad(c, func() (any, error) {
		return protocol.Nothing{}, a.directory.DeleteMultiSession(c.r.Context(), msParam(c))
	})
}

// readPatch reads name, active and pos; what is missing stays nil.
func (a *API) readPatch(c *call) (p protocol.MultiSessionRequest, err error) {
	body, err := a.object(c)
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

func (a *API) listConnections(c *call) error {
	list := []protocol.Connection{}
	for _, s := range a.connections.list() {
		of := s.about()
		of.User = of.room.Feed.State().Tills[of.POS.ID] // who stands there now
		list = append(list, of.Connection)
	}
	return c.answer(protocol.ConnectionsResponse{Connections: list})
}
