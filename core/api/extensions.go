package api

import (
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/sdk/protocol"
)

// extensionCalls show, reload and switch extensions, and show what they have
// stored.
type extensionCalls struct {
	extensions Extensions
	traces     Traces
	hub        *multisession.Hub
	directory  *directory.Directory
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

// storagePage is how many keys are shown at once.
const storagePage = 200

// storage shows a page of what an extension has stored, enabled or not.
func (e *extensionCalls) storage(c *call) error {
	reply, err := e.ask(c, &multisession.Look{Extension: chi.URLParam(c.r, "name")})
	if err != nil {
		return err
	}
	all := protocol.StorageResponse{Entries: reply.Stored, Keys: len(reply.Stored)}
	for _, entry := range reply.Stored {
		all.Bytes += entry.Bytes
	}
	if after := c.r.URL.Query().Get("after"); after != "" {
		from, found := slices.BinarySearchFunc(all.Entries, after, func(s protocol.StoredEntry, key string) int { return strings.Compare(s.Key, key) })
		if found {
			from++
		}
		all.Entries = all.Entries[from:]
	}
	if len(all.Entries) > storagePage {
		all.Entries = all.Entries[:storagePage]
		all.After = &all.Entries[storagePage-1].Key
	}
	return c.answer(all)
}

// dropStored drops one key.
func (e *extensionCalls) dropStored(c *call) error {
	key := c.r.URL.Query().Get("key")
	if key == "" {
		return badAt("key", "must be the key to drop")
	}
	if _, err := e.ask(c, &multisession.Drop{Extension: chi.URLParam(c.r, "name"), Key: key}); err != nil {
		return err
	}
	return c.answer(protocol.Nothing{})
}

// ask asks the multi-session that the query names.
func (e *extensionCalls) ask(c *call, r multisession.Request) (*multisession.Reply, error) {
	id := protocol.MultiSessionID(c.r.URL.Query().Get("multi_session"))
	if id == "" {
		return nil, badAt("multi_session", "must be the id of a multi-session")
	}
	if _, err := e.directory.MultiSession(c.r.Context(), id); err != nil {
		return nil, err
	}
	session, leave, err := e.hub.Enter(c.r.Context(), id)
	if err != nil {
		return nil, err
	}
	defer leave()
	reply := session.Ask(c.r.Context(), r)
	return reply, reply.Err
}
