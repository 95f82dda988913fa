package api

import (
	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk"
)

// extensionsAnswer is what runs and what is switched off, and the fields that
// are synced.
type extensionsAnswer struct {
	Extensions []sdk.ExtensionStatus `json:"extensions"`
	Disabled   []sdk.ExtensionTag    `json:"disabled"`
	Schema     *sdk.Schema           `json:"schema"`
}

type switchBody struct {
	Enabled bool `json:"enabled"`
}

func (a *API) extensions(c *call) error {
	return c.answer(extensionsAnswer{a.Extensions.Status(), a.Extensions.Disabled(), a.Extensions.Schema()})
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
	body, bad := a.object(c)
	if bad != nil {
		return bad
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
	if known := sdk.AsError(err); known.Code != sdk.Internal {
		return known
	}
	return sdk.Errorf(sdk.Conflict, "the extensions stay as they are: %s", err).Because(err)
}
