package api

import (
	"net/http"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

func (a *API) info(c *call) error {
	return c.answer(protocol.Info{
		Server: "manytill", Version: a.Version, ServerID: a.Identity.ServerID,
		Protocol: protocol.Versions{Min: protocol.Version, Max: protocol.Version}, Extensions: a.Extensions.Enabled(), ExtensionsETag: a.Extensions.ETag(),
		Limits:   protocol.Limits{BodyBytes: a.Limits.BodyBytes, Mutations: a.Limits.Mutations, Ops: a.Limits.Order.Ops},
		Currency: a.Currency, TimeZone: a.TimeZone,
		CatalogueETag: a.catalogueNow().ETag(),
		Time:          protocol.FormatTime(a.Now()),
	})
}

// extensionsJS is the enabled JavaScript extensions, for browsers.
func (a *API) extensionsJS(c *call) error {
	c.w.Header().Set("Manytill-Build", a.Version) // the mark of what a page may keep, as in core/web
	return c.answerTagged("text/javascript; charset=utf-8", a.Extensions.ETag(), a.Extensions.Browser())
}

func (a *API) schema(c *call) error { return c.answer(a.Extensions.Schema()) }

// healthz says that the process lives; readyz that it can store.
func (a *API) healthz(c *call) error { return c.answer(protocol.StatusResponse{Status: "ok"}) }

// stuckAfter is longer than any hook's limit.
const stuckAfter = 10 * time.Second

func (a *API) readyz(c *call) error {
	if a.closing.Load() {
		return protocol.Errorf(protocol.ShuttingDown, "the server is shutting down").With(protocol.Pause{RetryAfterMS: 1000})
	}
	if err := a.Store.Check(c.r.Context()); err != nil {
		return protocol.Errorf(protocol.ReadOnly, "the store can't be written (is the disk full?)").
			With(protocol.Pause{RetryAfterMS: 2000}).Because(err)
	}
	return c.answer(protocol.StatusResponse{Status: "ready", Damaged: len(a.Store.Damage()), Stuck: a.Rooms.Stuck(stuckAfter)})
}

func (a *API) metrics(c *call) error {
	if !a.MetricsPublic {
		if err := a.admit(c, byAdmin); err != nil {
			return err
		}
	}
	a.Metrics.serve(c.w, c.r, a)
	return nil
}

func (a *API) document(c *call) error {
	body, err := document(a.Version)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, err = c.w.Write(body)
	return err
}

// describe says who a stream is.
func (a *API) describe(caller directory.Caller, transport string, room *multisession.Room, client protocol.ClientID) connection {
	return connection{
		Connection: protocol.Connection{
			POS: caller.POS, User: room.Feed.State().Tills[caller.POS.ID], Transport: transport,
			ClientID: client, Since: protocol.FormatTime(a.Now()), MultiSession: room.ID,
		},
		caller: caller, room: room,
	}
}

func (a *API) openTill(c *call) error {
	body, err := a.object(c)
	if err != nil {
		return err
	}
	who, err := user(body.Get("user"))
	if err != nil {
		return err
	}
	opened, err := a.directory.OpenTill(c.r.Context(), c.caller.POS.ID, who)
	if err != nil {
		return err
	}
	return c.answer(opened)
}

func (a *API) closeTill(c *call) error {
	closed, err := a.directory.CloseTill(c.r.Context(), c.caller.POS.ID)
	if err != nil {
		return err
	}
	return c.answer(closed)
}

var _ http.Handler = (*API)(nil)
