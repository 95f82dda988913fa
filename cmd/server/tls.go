package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"github.com/manytill/manytill/cmd/server/localca"
)

// secure puts TLS over a listener if the configuration asks for it. Files are
// read again when they change, and on SIGHUP.
func secure(ctx context.Context, c *config, log *slog.Logger, l net.Listener) (net.Listener, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	switch {
	case c.TLS.Self:
		authority, err := c.authority()
		if err != nil {
			return nil, err
		}
		settings.GetCertificate = authority.Certificate
	case c.TLS.Cert != "":
		files, err := localca.OpenFiles(c.path(c.TLS.Cert), c.path(c.TLS.Key), time.Now, func(err error) {
			log.Error("the new certificate can't be used; the old one stays", "error", err)
		})
		if err != nil {
			return nil, err
		}
		settings.GetCertificate = files.Certificate
		go reloadFiles(ctx, files, log)
	default:
		return l, nil
	}
	c.served = certificateOf{settings}
	return tls.NewListener(l, settings), nil
}

// certificateOf is what is served; nothing without TLS.
type certificateOf struct{ *tls.Config }

// certificateEnd is when the certificate that is served now ends; zero without
// TLS.
func (c *config) certificateEnd() time.Time {
	if c.served.Config == nil {
		return time.Time{}
	}
	cert, err := c.served.GetCertificate(&tls.ClientHelloInfo{})
	if err != nil || len(cert.Certificate) == 0 {
		return time.Time{}
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return time.Time{}
	}
	return leaf.NotAfter
}

// reloadFiles reads the certificate again at SIGHUP.
func reloadFiles(ctx context.Context, files *localca.Files, log *slog.Logger) {
	onHangup(ctx, func() {
		if err := files.Reload(); err != nil {
			log.Error("the new certificate can't be used; the old one stays", "error", err)
			return
		}
		log.Info("the certificate was read again")
	})
}

// authority is the server's own, beside the store.
func (c *config) authority() (*localca.Authority, error) {
	dir := c.dir
	if path := c.storePath(); path != "" {
		dir = filepath.Dir(path)
	}
	return localca.Open(dir, func() []string { return localca.Hosts(c.Listen) }, time.Now)
}

// announceTLS says what devices must trust.
func (s *server) announceTLS(to io.Writer) error {
	if !s.config.TLS.Self {
		return nil
	}
	a, err := s.config.authority()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "HTTPS with an authority of its own. Install this file on every tablet as a trusted certificate authority:\n"+
		"  %s  (until %s)\n  SHA-256 %s\nBeside it lies its key; never copy that one.\n",
		a.File, a.Expires().Format(time.DateOnly), a.Fingerprint())
	return err
}
