package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/manytill/manytill/core/effects"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/httpeffect"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// allowed is what is wrong with the hosts that an extension's effects may call.
func (e extensionConfig) allowed() error {
	_, err := e.allow()
	return err
}

func (e extensionConfig) allow() (all []httpeffect.Allow, err error) {
	for _, text := range e.Allow {
		one, err := httpeffect.ParseAllow(text)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// doer calls what the manifest of a JavaScript extension describes; nil where its
// host does effects itself, or there are none.
func (e extensionConfig) doer(d extensions.Description, log *slog.Logger) (extensions.Doer, error) {
	calls := false
	for _, spec := range d.Effects {
		calls = calls || spec.URL != ""
	}
	if !calls {
		if len(e.Allow) > 0 {
			return nil, fmt.Errorf("%v calls nobody: its manifest describes no effect with a url; take allow out of the server's config", []string(e.Path))
		}
		return nil, nil
	}
	if len(e.Allow) == 0 {
		log.Warn("the effects of an extension wait: name the hosts that it may call under allow, in its entry of the server's config", "extension", d.Name)
	}
	allow, err := e.allow()
	if err != nil {
		return nil, err
	}
	return httpeffect.New(httpeffect.Options{Effects: d.Effects, Allow: allow, Settings: e.Config}), nil
}

// taker has an effect's order take its outcome.
type taker struct{ hub *multisession.Hub }

func (t *taker) Take(ctx context.Context, e store.EffectRow, result protocol.Value) error {
	session, leave, err := t.hub.Enter(ctx, e.MultiSession)
	if err != nil {
		return err
	}
	defer leave()
	return session.Ask(ctx, &multisession.EffectOutcome{
		ID: e.ID, Extension: e.Extension, Order: e.Order, State: e.Ends,
		Outcome: hooks.Outcome{Name: e.Name, Key: e.Key, Result: result},
	}).Err
}

// node tells apart the servers of one machine.
func (c *config) node() string {
	if inPostgres(c.Store) {
		return c.Listen
	}
	return c.storePath()
}

// effectsWorker does what extensions want done after commits.
func (s *server) effectsWorker(take effects.Taker, ended func(string, store.EffectState)) (*effects.Worker, error) {
	machine, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("this machine's name, for the lease of effects: %w", err)
	}
	return effects.New(effects.Config{
		Outbox: s.store, Node: machine + ":" + s.config.node(), Taker: take, Now: time.Now, Log: s.log, Ended: ended,
		Doer: func(extension string) effects.Doer {
			if of := s.chain.EffectsOf(extension); of != nil {
				return of
			}
			return nil
		},
	}), nil
}

// doEffects runs the worker until life ends, and lets nothing be closed before it
// has stopped.
func (s *server) doEffects(life context.Context, w *effects.Worker) {
	stopped := make(chan struct{})
	go func() {
		w.Run(life)
		close(stopped)
	}()
	s.ends = append(s.ends, func() error {
		s.stop()
		<-stopped
		return nil
	})
}
