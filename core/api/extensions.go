package api

import (
	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
)

// extensionCalls show, reload and switch extensions.
type extensionCalls struct {
	extensions Extensions
	news       *news
	intake     *intake
}

func (e *extensionCalls) list(c *call) error {
	return c.answer(protocol.ExtensionsResponse{
		Extensions: e.extensions.Status(), Disabled: e.extensions.Disabled(), Schema: e.extensions.Schema(),
	})
}

// reload swaps the chain; a broken one leaves the old one running.
func (e *extensionCalls) reload(c *call) error {
	deadline(c.w, loadTime)
	if err := e.extensions.Reload(c.r.Context()); err != nil {
		return notChanged(err)
	}
	e.news.announce()
	return e.list(c)
}

// switchOne enables or disables one in the configuration, and swaps the
// chain; where either fails, neither happens.
func (e *extensionCalls) switchOne(c *call) error {
	body, err := e.intake.object(c)
	if err != nil {
		return err
	}
	on := body.Get("enabled")
	if !on.IsBool() {
		return badAt("enabled", "must be true or false")
	}
	deadline(c.w, loadTime)
	if err := e.extensions.Switch(c.r.Context(), chi.URLParam(c.r, "name"), on.Bool()); err != nil {
		return notChanged(err)
	}
	e.news.announce()
	return e.list(c)
}

func notChanged(err error) error {
	if known := protocol.AsError(err); known.Code != protocol.Internal {
		return known
	}
	return protocol.Errorf(protocol.Conflict, "the extensions were not changed, the old ones go on: %s", err).Because(err)
}
