package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/web"
	"github.com/shirou/gopsutil/v4/mem"
)

type serveCommand struct {
	Config string `required:"" type:"existingfile" help:"The configuration, in YAML." placeholder:"FILE"`
	TLS    string `name:"tls" enum:",self" default:"" help:"self: make a local certificate authority beside the store and serve HTTPS." placeholder:"self"`
	New    bool   `help:"Begin with an empty database although there was one before."`

	AdminTokenFile string `type:"path" help:"The file of a new database's admin token. If it doesn't exist, a token is made and written into it (mode 0600). Without this flag the token is MANYTILL_ADMIN_TOKEN, or one is made and printed to standard output." placeholder:"FILE"`

	Pprof string `name:"pprof" help:"Serve profiles of this process at a loopback address, like 127.0.0.1:6060." placeholder:"ADDR"`
}

// Run serves until ctx ends.
func (s *serveCommand) Run(ctx context.Context, out streams) error {
	c, err := readConfig(s.Config)
	if err != nil {
		return err
	}
	collectLess()
	c.TLS.Self = c.TLS.Self || s.TLS == "self"
	c.new = s.New
	if err := errors.Join(c.checkTLS(), c.setTimeZone()); err != nil {
		return err
	}
	profiles, err := listenProfiles(s.Pprof)
	if err != nil {
		return err
	}
	srv, err := open(ctx, c, out.err)
	if err != nil {
		return err
	}
	srv.serveProfiles(profiles)
	if err := errors.Join(srv.announceAdmin(ctx, s.AdminTokenFile, out.out), srv.announceTLS(out.out)); err != nil {
		return errors.Join(err, srv.close())
	}
	return srv.serve(ctx)
}

// collectLess has garbage collected less often, since a busy server makes much and
// keeps little; up to half of the machine's memory. GOGC and GOMEMLIMIT decide
// where they are set.
func collectLess() {
	machine, err := mem.VirtualMemory()
	if err != nil || os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	const percent = 400
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(int64(machine.Total / 2))
}

// server is a running Manytill with all its parts.
type server struct {
	config   *config
	store    store.Store
	chain    *configured
	api      *api.API
	http     *http.Server
	listener net.Listener
	pages    *web.Pages
	log      *slog.Logger
	stop     context.CancelFunc
	service  service
	hangups  hangups
	reloaded func()         // to be called when there are other extensions
	drains   []func()       // to be called before it stops, beside the API's
	ends     []func() error // what to close, in the order in which it was opened
}

// open puts a server together. It checks the configuration first, so that a
// start that fails makes no database.
func open(ctx context.Context, c *config, logTo io.Writer) (_ *server, err error) {
	log := newLog(c, logTo)
	if err := c.checkPaths(); err != nil {
		return nil, err
	}
	if strings.HasPrefix(c.Store, "memory") {
		log.Warn("store is memory: orders are lost when this server ends")
	}
	shop, err := openCatalogue(c, log)
	if err != nil {
		return nil, err
	}
	missing, err := lookForStore(ctx, c, log)
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	s := &server{config: c, log: log, stop: stop, service: service{log}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	s.hangups.listen(life, s.service.reloading, s.service.reloaded)
	if s.listener, err = listen(c, log, s.hangups.add); err != nil {
		return nil, err
	}
	s.ends = append(s.ends, s.closeListener)
	if missing {
		if err := tryExtensions(ctx, c); err != nil {
			return nil, err
		}
	}
	if s.store, err = openStore(ctx, c, missing, log); err != nil {
		return nil, err
	}
	s.ends = append(s.ends, s.store.Close)
	if s.chain, err = startExtensions(ctx, c, s.store, log); err != nil {
		return nil, err
	}
	s.ends = append(s.ends, s.chain.Close)
	if err = s.wire(life, shop); err != nil {
		return nil, err
	}
	return s, nil
}

// wire connects the API with the store and the extensions.
func (s *server) wire(life context.Context, shop *catalogueFiles) error {
	c, st, log := s.config, s.store, s.log
	identity, err := st.Identity(life)
	if err != nil {
		return err
	}
	if s.pages, err = web.New(); err != nil {
		return err
	}
	metrics, limits, take := api.NewMetrics(), c.limits(), &taker{}
	effects, err := s.effectsWorker(take, metrics.EffectEnded)
	if err != nil {
		return err
	}
	others, err := s.otherNodes(identity)
	if err != nil {
		return err
	}
	relays := relay.NewChain(relay.ChainConfig{Version: version, Identity: identity, Store: st, Others: others, Now: time.Now, Log: log})
	upstream, err := s.newUpstream(identity)
	if err != nil {
		return err
	}
	hub := multisession.NewHub(multisession.Config{
		Ledger: st, Identity: identity, Bell: wake.NewLocal(), Woken: others.Woken, Present: others.Present, Homes: relays,
		Rules: multisession.Rules{
			Limits: limits.Order, Clients: limits.Clients, Abandon: c.OnRunEnd == "abandon",
			Chain: func() multisession.Chain { return s.chain.Chain() },
		},
		Now: time.Now, Log: log,
		Committed: func(b *store.Batch, took time.Duration) {
			metrics.Committed(b, took)
			effects.Committed(b)
			others.Committed(b)
		},
	})
	take.hub = hub
	s.doEffects(life, effects)
	s.api = api.New(life, api.Config{
		Version: version, Identity: identity, Store: st, Hub: hub, Extensions: reloading{s.chain, shop}, Traces: s.chain.recording, Limits: limits,
		Catalogue: shop.Now, Currency: c.money(), TimeZone: c.TimeZone, AllowedOrigins: c.origins(), MetricsPublic: c.MetricsPublic, BackupDir: c.backupDir(),
		DatabasePath: c.storePath(), CertificateEnd: c.certificateEnd, LastBackup: c.lastBackup,
		EffectsChanged: func() {
			effects.Wake()
			others.EffectsChanged()
		},
		Relays: relays, Upstream: upstream, Nodes: others, Pages: s.pages, Metrics: metrics, Now: time.Now, Log: log,
	})
	s.follow(life, others, hub, relays, effects.Wake)
	s.linkUp(life, upstream)
	handler, err := s.oldWire(life, hub)
	if err != nil {
		return err
	}
	s.http = newHTTP(handler, log)
	s.api.Guard(s.http)
	s.ends = append(s.ends, s.http.Close)
	s.reloaded = func() {
		effects.Wake()
		s.api.Announce()
	}
	shop.watch(life, s.hangups.add)
	s.hangups.add(func() { reloadExtensions(life, s.chain, log, s.reloaded) })
	return nil
}

// newHTTP bounds what anybody can send before a token is known. The time for a
// head holds for a TLS handshake too.
func newHTTP(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: newHTTPLog(log, time.Now),
	}
}

func newLog(c *config, to io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Log.Level))
	options := &slog.HandlerOptions{Level: level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}

func listen(c *config, log *slog.Logger, atHangup func(func())) (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, listenError(c.Listen, err)
	}
	secured, err := secure(c, log, &fileLimitListener{Listener: l, log: log, now: time.Now}, atHangup)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return secured, nil
}

// hangs is longer than whatever ends by itself: a hook, loading a session, a statement.
const hangs = 2 * time.Minute

// serve answers until ctx ends, then stops gracefully: what was acknowledged is
// on disk, waiting requests are finished, and clients are told to reconnect
// later.
func (s *server) serve(ctx context.Context) error {
	s.log.Info("serving", "url", s.url(), "store", s.config.shownStore(), "version", version)
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	s.service.ready(s.url())
	go s.service.watch(ctx, func(ctx context.Context) error { return s.api.Alive(ctx, hangs) })
	select {
	case err := <-failed:
		return errors.Join(err, s.close())
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	s.service.stopping()
	s.api.Drain()
	for _, drain := range s.drains {
		drain()
	}
	s.chain.GiveUp()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := s.http.Shutdown(grace)
	return errors.Join(err, s.close())
}

func (s *server) close() error {
	s.stop()
	var errs []error
	for _, end := range slices.Backward(s.ends) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// closeListener closes it unless the HTTP server has done so.
func (s *server) closeListener() error {
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (s *server) url() string {
	scheme := "http"
	if s.config.TLS.Self || s.config.TLS.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}
