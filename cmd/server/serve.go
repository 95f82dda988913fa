package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/manytill/manytill/core/api"
	"github.com/manytill/manytill/core/multisession"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/web"
)

type serveCommand struct {
	Config string `required:"" type:"existingfile" help:"The configuration, in YAML." placeholder:"FILE"`
	TLS    string `name:"tls" enum:",self" default:"" help:"self: make a local certificate authority beside the store and serve HTTPS." placeholder:"self"`
	New    bool   `help:"Begin with an empty database although there was one before."`

	AdminTokenFile string `type:"path" help:"The admin token of a new database: taken from this file or, if it isn't there, made and written into it (mode 0600). Without it MANYTILL_ADMIN_TOKEN is taken, or one is made and printed to standard output." placeholder:"FILE"`
}

// Run serves until ctx ends.
func (s *serveCommand) Run(ctx context.Context, out streams) error {
	c, err := readConfig(s.Config)
	if err != nil {
		return err
	}
	c.TLS.Self = c.TLS.Self || s.TLS == "self"
	c.new = s.New
	if err := c.keepTime(); err != nil {
		return err
	}
	srv, err := open(ctx, c, out.err)
	if err != nil {
		return err
	}
	if err := errors.Join(srv.announceAdmin(ctx, s.AdminTokenFile, out.out), srv.announceTLS(out.out)); err != nil {
		return errors.Join(err, srv.close())
	}
	return srv.serve(ctx)
}

// server is one running Manytill, wired.
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
}

// open wires a server, from the store up to the listener.
func open(ctx context.Context, c *config, logTo io.Writer) (*server, error) {
	log := newLog(c, logTo)
	if err := c.checkPaths(); err != nil {
		return nil, err
	}
	if c.storePath() == "" {
		log.Warn("store is memory: orders are lost when this server ends")
	}
	shop, err := openCatalogue(c, log)
	if err != nil {
		return nil, err
	}
	st, err := openStore(ctx, c, log)
	if err != nil {
		return nil, err
	}
	identity, err := st.Identity(ctx)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	metrics, limits := api.NewMetrics(), c.limits()
	chain, err := startExtensions(ctx, c, st, log)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	rooms := multisession.NewRooms(multisession.Config{
		Ledger: st, Identity: identity, Bell: wake.NewLocal(),
		Rules: multisession.Rules{
			Limits: limits.Order, Abandon: c.OnRunEnd == "abandon",
			Chain: func() multisession.Chain { return chain.Chain() },
		},
		Now: time.Now, Log: log, Committed: metrics.Committed,
	})
	pages, err := web.New()
	if err != nil {
		return nil, errors.Join(err, chain.Close(), st.Close())
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	a := api.New(life, api.Config{
		Version: version, Identity: identity, Store: st, Rooms: rooms, Extensions: chain, Limits: limits,
		Catalogue: shop.Now, Currency: c.money(), TimeZone: c.TimeZone, AllowedOrigins: c.origins(), MetricsPublic: c.MetricsPublic, BackupDir: c.backupDir(),
		DatabasePath: c.storePath(), CertificateEnd: c.certificateEnd, LastBackup: c.lastBackup,
		Pages: pages, Metrics: metrics, Now: time.Now, Log: log,
	})
	listener, err := listen(life, c, log)
	if err != nil {
		stop()
		return nil, errors.Join(err, chain.Close(), st.Close())
	}
	go reloadExtensions(life, chain, log)
	go shop.watch(life)
	return &server{
		config: c, store: st, chain: chain, api: a, pages: pages, listener: listener, log: log, stop: stop,
		http: &http.Server{
			Handler: a, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			MaxHeaderBytes: 32 << 10, ErrorLog: newHTTPLog(log, time.Now),
		},
	}, nil
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

func listen(ctx context.Context, c *config, log *slog.Logger) (net.Listener, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, whyNot(c.Listen, err)
	}
	secured, err := secure(ctx, c, log, &crowded{Listener: l, log: log, now: time.Now})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return secured, nil
}

// serve answers until ctx ends, then stops gracefully: what was acknowledged
// is on disk, what waits is finished, and clients are told to come back.
func (s *server) serve(ctx context.Context) error {
	s.log.Info("serving", "url", s.url(), "store", s.config.Store, "version", version)
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	select {
	case err := <-failed:
		return errors.Join(err, s.close())
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	s.api.Drain()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := s.http.Shutdown(grace)
	return errors.Join(err, s.close())
}

func (s *server) close() error {
	s.stop()
	return errors.Join(s.http.Close(), s.chain.Close(), s.store.Close())
}

func (s *server) url() string {
	scheme := "http"
	if s.config.TLS.Self || s.config.TLS.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}
