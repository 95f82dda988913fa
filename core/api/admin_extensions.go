package api

import (
	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
)

func (a *API) extensions(c *call) error {
	return c.answer(protocol.ExtensionsResponse{
		Extensions: a.Extensions.Status(), Disabled: a.Extensions.Disabled(), Schema: a.Extensions.Schema(),
	})
}

// reloadExtensions swaps the chain; a broken one leaves the old one running.
func (a *API) reloadExtensions(c *call) error {
	deadline(c.w, loadTime)
	if err := a.Extensions.Reload(c.r.Context()); err != nil {
		return staysAsItIs(err)
	}
	a.announce()
	return a.extensions(c)
}

// switchExtension enables or disables one in the configuration, and swaps the
// chain; where either fails, neither happens.
func (a *API) switchExtension(c *call) error {
	body, err := a.object(c)
	if err != nil {
		return err
	}
	on := body.Get("enabled")
	if !on.IsBool() {
		return badAt("enabled", "must be true or false")
	}
	deadline(c.w, loadTime)
	if err := a.Extensions.Switch(c.r.Context(), chi.URLParam(c.r, "name"), on.Bool()); err != nil {
		return staysAsItIs(err)
	}
	a.announce()
	return a.extensions(c)
}

func staysAsItIs(err error) error {
	if known := protocol.AsError(err); known.Code != protocol.Internal {
		return known
	}
	return protocol.Errorf(protocol.Conflict, "the extensions stay as they are: %s", err).Because(err)
}
