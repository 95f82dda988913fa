package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/core/store/postgres"
	"github.com/manytill/manytill/core/wake"
	"github.com/manytill/manytill/core/wake/natswake"
	"github.com/manytill/manytill/core/wake/pgnotify"
)

// overNATS reports whether notes go over NATS, and not over the database.
func (c *config) overNATS() bool { return c.Wake != "" && c.Wake != "postgres" }

// secretOfWake is the variable with the credentials, where no file is named.
const secretOfWake = "MANYTILL_WAKE_CREDENTIALS"

func (c *config) wakeChecks() []check {
	wrong := ""
	if c.overNATS() {
		wrong = checkNATS(c.Wake)
	}
	tls := c.WakeTLS != wakeTLSConfig{}
	return []check{
		{"wake", c.Wake != "" && !inPostgres(c.Store), "wake is for a store in PostgreSQL; one in a file has one server"},
		{"wake", wrong != "", wrong},
		{"wake_credentials_file", c.WakeSecret != "" && !c.overNATS(), "wake_credentials_file is for wake: nats://HOST:PORT"},
		{"wake_tls", tls && !c.overNATS(), "wake_tls is for wake: nats://HOST:PORT"},
		{"wake_tls", (c.WakeTLS.Cert == "") != (c.WakeTLS.Key == ""), "wake_tls needs both cert and key"},
	}
}

// checkNATS says what is wrong with the servers of NATS; "" if nothing is.
func checkNATS(servers string) string {
	for _, one := range strings.Split(servers, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		switch {
		case err == nil && u.User != nil:
			return "wake must have no user and no password: write them as USER:PASSWORD into a file, and name that in wake_credentials_file, or set " + secretOfWake + " for the server"
		case err != nil, u.Scheme != "nats" && u.Scheme != "tls", u.Host == "", strings.Trim(u.Path, "/") != "", u.RawQuery != "":
			return "wake must be postgres, or nats://HOST:PORT (tls://HOST:PORT with TLS), several of them with commas between"
		}
	}
	return ""
}

// wakeSecret is the text of the credentials for NATS; "" if there are none.
func (c *config) wakeSecret() (string, error) {
	if !c.overNATS() {
		return "", nil
	}
	text, from := os.Getenv(secretOfWake), secretOfWake
	if c.WakeSecret != "" {
		from = c.path(c.WakeSecret)
		raw, err := os.ReadFile(from)
		if err != nil {
			return "", fmt.Errorf("wake_credentials_file: the file can't be read: %w", err)
		}
		if text = string(raw); strings.TrimSpace(text) == "" {
			return "", fmt.Errorf("wake_credentials_file: %s is empty", from)
		}
	}
	if err := natswake.CheckCredentials(text); err != nil {
		return "", fmt.Errorf("%s: %w", from, err)
	}
	return text, nil
}

// wakeTLS is how NATS is connected to, beside what its URL says; nil is not at all.
func (c *config) wakeTLS() (*tls.Config, error) {
	if c.WakeTLS == (wakeTLSConfig{}) {
		return nil, nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.WakeTLS.CA != "" {
		text, err := os.ReadFile(c.path(c.WakeTLS.CA))
		if err != nil {
			return nil, fmt.Errorf("wake_tls.ca can't be read: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("wake_tls.ca: %s has no certificate in PEM", c.path(c.WakeTLS.CA))
		}
	}
	if c.WakeTLS.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.path(c.WakeTLS.Cert), c.path(c.WakeTLS.Key))
		if err != nil {
			return nil, fmt.Errorf("wake_tls: cert and key can't be used: %w", err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	return settings, nil
}

// checkWake reads the files that wake names, so that a start that fails makes no
// database.
func (c *config) checkWake() error {
	_, bad := c.wakeSecret()
	if bad == nil {
		_, bad = c.wakeTLS()
	}
	return bad
}

// carrier carries notes as the configuration says.
func (s *server) carrier(shared *postgres.Store, identity store.Identity, node string, ear wake.Ear) (wake.Carrier, error) {
	if !s.config.overNATS() {
		return pgnotify.New(shared.Connect, node, ear, s.log), nil
	}
	secret, bad := s.config.wakeSecret()
	settings, badTLS := s.config.wakeTLS()
	if err := cmp.Or(bad, badTLS); err != nil {
		return nil, err
	}
	return natswake.New(natswake.Config{
		Servers: s.config.Wake, Credentials: secret, TLS: settings, Subject: natswake.Subject(identity.ServerID, identity.Epoch),
		Node: node, Ear: ear, Log: s.log,
	})
}
