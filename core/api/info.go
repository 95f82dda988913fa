package api

import (
	"strconv"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// infoCalls say what this server is and has, and how it is.
type infoCalls struct {
	*observer
	gate   *gate
	config *Config
}

func (i *infoCalls) info(c *call) error {
	return c.answer(protocol.Info{
		Server: "manytill", Version: i.config.Version, ServerID: i.config.Identity.ServerID,
		Protocol: protocol.Versions{Min: protocol.Version, Max: protocol.Version}, Extensions: i.config.Extensions.Enabled(), ExtensionsETag: i.config.Extensions.ETag(),
		Limits:   protocol.Limits{BodyBytes: i.config.Limits.BodyBytes, Mutations: i.config.Limits.Mutations, Ops: i.config.Limits.Order.Ops},
		Currency: i.config.Currency, TimeZone: i.config.TimeZone,
		CatalogueETag: i.config.Catalogue().ETag(),
		Time:          protocol.FormatTime(i.now()),
	})
}

// extensionsJS is the enabled JavaScript extensions, for browsers.
func (i *infoCalls) extensionsJS(c *call) error {
	c.w.Header().Set("Manytill-Build", i.config.Version) // the mark of what a page may keep, as in core/web
	return c.answerTagged("text/javascript; charset=utf-8", i.config.Extensions.ETag(), i.config.Extensions.Browser())
}

func (i *infoCalls) schema(c *call) error { return c.answer(i.config.Extensions.Schema()) }

// healthz says that the process lives; readyz that it can store.
func (i *infoCalls) healthz(c *call) error { return c.answer(protocol.StatusResponse{Status: "ok"}) }

// stuckAfter is longer than any hook's limit.
const stuckAfter = 10 * time.Second

func (i *infoCalls) readyz(c *call) error {
	if i.closing.Load() {
		return shuttingDown(stopping)
	}
	if err := i.config.Store.Check(c.r.Context()); err != nil {
		return protocol.Errorf(protocol.ReadOnly, "the store can't be written (is the disk full?)").
			With(protocol.Pause{RetryAfterMS: 2000}).Because(err)
	}
	return c.answer(protocol.StatusResponse{Status: "ready", Damaged: len(i.config.Store.Damage()), Stuck: i.config.Hub.Stuck(stuckAfter), Degraded: i.degraded()})
}

func (i *infoCalls) document(c *call) error {
	body, err := document(i.config.Version)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/json")
	_, err = c.w.Write(body)
	return err
}

func (i *infoCalls) catalogue(c *call) error {
	now := i.config.Catalogue()
	h := c.w.Header()
	h.Add("Vary", "Accept-Encoding")
	if c.tagged(now.etag) {
		return nil
	}
	h.Set("Content-Type", "application/json")
	body := now.plain
	if acceptsGzip(c.r) {
		if zipped := now.zipped(); zipped != nil {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body))) // to HEAD too, which gets no more
	c.write(body)
	return nil
}
