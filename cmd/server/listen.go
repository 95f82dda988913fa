package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/manytill/manytill/cmd/server/localca"
	"github.com/manytill/manytill/internal/plainyaml"
)

// whyNot says why an address can't be listened on, and what to do about it.
func whyNot(listen string, err error) error {
	host, port, _ := net.SplitHostPort(listen)
	n, _ := strconv.Atoi(port)
	var unknown *net.DNSError
	advice := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		advice = "another program listens there already (is another server running?); stop it, or listen on another port"
	case errors.Is(err, fs.ErrPermission) && n < 1024:
		advice = fmt.Sprintf("ports below 1024 are for privileged users; listen on a port like 8080 and let a proxy pass %s on, or give the service the capability CAP_NET_BIND_SERVICE", port)
	case errors.Is(err, fs.ErrPermission):
		advice = "this user may not listen there"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		advice = fmt.Sprintf("%s is no address of this machine; 127.0.0.1 is this machine alone, 0.0.0.0 every address of it", host)
	case errors.As(err, &unknown):
		advice = fmt.Sprintf("no machine is called %s here; 127.0.0.1 is this machine alone, 0.0.0.0 every address of it", host)
	default:
		return fmt.Errorf("can't listen on %s: %w", listen, err)
	}
	return fmt.Errorf("can't listen on %s: %s (%w)", listen, advice, err)
}

// checkPaths finds paths of the config that are something else than they must
// be, before anything is begun.
func (c *config) checkPaths() error {
	if path := c.storePath(); path != "" {
		if isFolder(path) {
			return fmt.Errorf("store: %s is a folder; name a file in it, like sqlite:%s", path, filepath.Join(path, "manytill.db"))
		}
		if dir := filepath.Dir(path); !isFolder(dir) {
			return fmt.Errorf("store: there is no folder %s; make it, or name another file", dir)
		}
	}
	if dir := c.backupDir(); dir != "" {
		if _, err := os.Stat(dir); err == nil && !isFolder(dir) {
			return fmt.Errorf("backup_dir: %s is a file; name a folder", dir)
		}
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// crowded is a listener that says when nobody new can connect because too many
// files are open. net/http tries again by itself.
type crowded struct {
	net.Listener
	log  *slog.Logger
	now  func() time.Time
	told time.Time
}

// Accept is called by one goroutine.
func (c *crowded) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && c.now().Sub(c.told) >= time.Minute {
		c.told = c.now()
		c.log.Error("too many open files: nobody new can connect until some are closed; raise the limit (LimitNOFILE= of systemd, ulimit -n)", "error", err)
	}
	return conn, err
}

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
		c.sayNames(log)
		warnOfReaders(log, authority.Key, 0o077)
	case c.TLS.Cert != "":
		files, err := localca.OpenFiles(c.path(c.TLS.Cert), c.path(c.TLS.Key), time.Now, func(err error) {
			log.Error("the new certificate can't be used; the old one stays", "error", err)
		})
		if err != nil {
			return nil, err
		}
		settings.GetCertificate = files.Certificate
		warnOfReaders(log, c.path(c.TLS.Key), 0o007)
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
	return localca.Open(dir, func() []string { return localca.Hosts(c.Listen, c.TLS.Names...) }, time.Now)
}

// nameChecks: a name that can't stand in a certificate is told at the start.
func (c *config) nameChecks() (checks []check) {
	for i, name := range c.TLS.Names {
		_, fits := localca.Name(name)
		checks = append(checks, check{
			fmt.Sprintf("tls.names[%d]", i), !fits,
			fmt.Sprintf("tls.names: %q must be a name or an address, like till.example or 10.0.0.5; between its points a name has 1 to 63 letters, digits and -, with no - at either end", name),
		})
	}
	return checks
}

// checkTLS finds what only makes sense with another kind of TLS. --tls=self is
// known by then.
func (c *config) checkTLS() error {
	wrong := ""
	switch key := "tls.names"; {
	case c.TLS.Self && c.TLS.Cert != "":
		wrong = "tls has a certificate of its own; leave out cert and key, or --tls=self"
	case len(c.TLS.Names) > 0 && !c.TLS.Self:
		text, _ := os.ReadFile(c.file)
		wrong = place(plainyaml.Text(text), key) + key + " are for the certificate of the server's own authority, and TLS is off; add self: true (or start with --tls=self), or leave them out"
	}
	if wrong == "" {
		return nil
	}
	return fmt.Errorf("%s: %s", c.file, wrong)
}

// sayNames tells of names that stand otherwise in the certificate, or not at
// all.
func (c *config) sayNames(log *slog.Logger) {
	for _, host := range localca.Hosts(c.Listen, c.TLS.Names...) {
		switch name, fits := localca.Name(host); {
		case !fits:
			log.Warn("a name of this machine can't stand in a certificate and is left out; tls.names adds others", "name", host)
		case name != host && strings.ToLower(host) != name:
			log.Info("a name stands in the certificate as browsers ask for it", "name", host, "as", name)
		}
	}
}

// warnOfReaders: who can read the key can pose as this server.
func warnOfReaders(log *slog.Logger, key string, others os.FileMode) {
	if info, err := os.Stat(key); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&others != 0 {
		log.Warn("others can read the key of the certificates, and pose as this server: chmod 600 it", "file", key, "mode", info.Mode().Perm())
	}
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
