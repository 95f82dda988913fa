package main

import (
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

// listenError says why the server can't listen on an address, and what to do.
func listenError(listen string, err error) error {
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

// checkPaths checks the paths of the config before anything is started.
func (c *config) checkPaths() error {
	if path := c.storePath(); path != "" {
		if isFolder(path) {
			return fmt.Errorf("store: %s is a folder; name a file in it, like sqlite:%s", path, filepath.Join(path, "manytill.db"))
		}
		if dir := filepath.Dir(path); !isFolder(dir) {
			return fmt.Errorf("store: there is no folder %s; make it, or name another file", dir)
		}
	}
	if _, err := c.oldWireSecret(); err != nil {
		return err
	}
	if err := c.checkWake(); err != nil {
		return err
	}
	if _, err := c.Upstream.tls(c.path(c.Upstream.CAFile)); err != nil {
		return err
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

// fileLimitListener logs that nobody new can connect because too many files are
// open, once a minute. net/http tries again by itself.
type fileLimitListener struct {
	net.Listener
	log    *slog.Logger
	now    func() time.Time
	logged time.Time
}

// Accept is called by one goroutine.
func (c *fileLimitListener) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && c.now().Sub(c.logged) >= time.Minute {
		c.logged = c.now()
		c.log.Error("too many open files: nobody new can connect until some are closed; raise the limit (LimitNOFILE= of systemd, ulimit -n)", "error", err)
	}
	return conn, err
}

// secure wraps a listener in TLS if the configuration has it. Certificate files
// are read again when they change, and on SIGHUP.
func secure(c *config, log *slog.Logger, l net.Listener, atHangup func(func())) (net.Listener, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	switch {
	case c.TLS.Self:
		authority, err := c.authority()
		if err != nil {
			return nil, err
		}
		settings.GetCertificate = authority.Certificate
		c.logNames(log)
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
		atHangup(func() { reloadFiles(files, log) })
	default:
		return l, nil
	}
	c.served = certificateOf{settings}
	return tls.NewListener(l, settings), nil
}

// certificateOf is the TLS configuration in use; nil without TLS.
type certificateOf struct{ *tls.Config }

// certificateEnd is when the current certificate expires; zero without TLS.
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

// reloadFiles reads the certificate again, at SIGHUP.
func reloadFiles(files *localca.Files, log *slog.Logger) {
	if err := files.Reload(); err != nil {
		log.Error("the new certificate can't be used; the old one stays", "error", err)
		return
	}
	log.Info("the certificate was read again")
}

// authority is the server's own certificate authority, in the store's folder.
func (c *config) authority() (*localca.Authority, error) {
	dir := c.dir
	if path := c.storePath(); path != "" {
		dir = filepath.Dir(path)
	}
	return localca.Open(dir, func() []string { return localca.Hosts(c.Listen, c.TLS.Names...) }, time.Now)
}

// nameChecks refuses a name at the start that isn't valid in a certificate.
func (c *config) nameChecks() (checks []check) {
	for i, name := range c.TLS.Names {
		_, fits := localca.Name(name)
		checks = append(checks, check{
			fmt.Sprintf("tls.names[%d]", i), !fits,
			fmt.Sprintf("tls.names: %q must be a name or an address, like till.example or 10.0.0.5; each part between its dots has 1 to 63 letters, digits and -, and doesn't begin or end with -", name),
		})
	}
	return checks
}

// checkTLS finds settings that contradict the kind of TLS. It is called when
// --tls=self is known.
func (c *config) checkTLS() error {
	wrong := ""
	switch key := "tls.names"; {
	case c.TLS.Self && c.TLS.Cert != "":
		wrong = "tls has a certificate of its own; leave out cert and key, or --tls=self"
	case len(c.TLS.Names) > 0 && !c.TLS.Self:
		text, _ := os.ReadFile(c.file)
		wrong = position(plainyaml.Text(text), key) + key + " are for the certificate of the server's own authority, and TLS is off; add self: true (or start with --tls=self), or leave them out"
	}
	if wrong == "" {
		return nil
	}
	return fmt.Errorf("%s: %s", c.file, wrong)
}

// logNames logs names that the certificate has in another form, or doesn't have.
func (c *config) logNames(log *slog.Logger) {
	for _, host := range localca.Hosts(c.Listen, c.TLS.Names...) {
		switch name, fits := localca.Name(host); {
		case !fits:
			log.Warn("a name of this machine isn't valid in a certificate and is left out; add names with tls.names", "name", host)
		case name != host && strings.ToLower(host) != name:
			log.Info("the certificate has a name in the form that browsers ask for", "name", host, "as", name)
		}
	}
}

// warnOfReaders warns if other users can read the key: they could impersonate
// this server.
func warnOfReaders(log *slog.Logger, key string, others os.FileMode) {
	if info, err := os.Stat(key); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&others != 0 {
		log.Warn("other users can read the key of the certificate and could impersonate this server; run chmod 600 on the file", "file", key, "mode", info.Mode().Perm())
	}
}

// announceTLS prints which certificate devices must trust.
func (s *server) announceTLS(to io.Writer) error {
	if !s.config.TLS.Self {
		return nil
	}
	a, err := s.config.authority()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "HTTPS with the server's own certificate authority. Install this file on every tablet as a trusted certificate authority:\n"+
		"  %s  (until %s)\n  SHA-256 %s\nIts key is in the same folder. Never give the key away.\n",
		a.File, a.Expires().Format(time.DateOnly), a.Fingerprint())
	return err
}
