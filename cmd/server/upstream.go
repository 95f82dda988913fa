package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/manytill/manytill/core/relay"
	"github.com/manytill/manytill/core/store"
)

// upstreamConfig makes this server a shop's, linked with its chain's; without a URL it
// has no chain.
type upstreamConfig struct {
	URL       string `yaml:"url" also:"server address host"`
	TokenFile string `yaml:"token_file" also:"token password secret_file secret"`
	CAFile    string `yaml:"ca_file" also:"ca cert certificate"`
}

func (u upstreamConfig) checks(c *config) []check {
	wrong := false
	if u.URL != "" {
		at, err := url.Parse(u.URL)
		wrong = err != nil || at.Host == "" || at.User != nil || at.RawQuery != "" || (at.Scheme != "http" && at.Scheme != "https")
	}
	return []check{
		{"upstream", (u.URL == "") != (u.TokenFile == ""), "upstream needs both url and token_file"},
		{"upstream.url", wrong, "upstream.url must be the address of the chain's server, like https://tills.example, without a token"},
		{"upstream", u.URL != "" && inPostgres(c.Store), "upstream is for a shop's server, whose store is a file; servers that share a database in PostgreSQL are a chain's"},
	}
}

// shortestRelayToken is shorter than any that manytill relay gives.
const shortestRelayToken = 20

// token reads the relay's token.
func (u upstreamConfig) token(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("upstream.token_file: %s doesn't exist; write into it the token that manytill relay add gave at the chain's server", path)
	}
	if err != nil {
		return "", fmt.Errorf("upstream.token_file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if len(token) < shortestRelayToken || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("upstream.token_file: what is in %s isn't a relay's token; they begin with mtr_, and manytill relay add gives one at the chain's server", path)
	}
	return token, nil
}

// tls trusts the authorities of ca_file alone; nil is those of the system.
func (u upstreamConfig) tls(path string) (*tls.Config, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("upstream.ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("upstream.ca_file: there is no certificate in %s; it must be a PEM file like the ca.pem of the chain's server", path)
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// newUpstream is the link to the chain's server; nil where there is none.
func (s *server) newUpstream(identity store.Identity) (*relay.Upstream, error) {
	c := s.config
	u := c.Upstream
	if u.URL == "" {
		return nil, nil
	}
	trusted, err := u.tls(c.path(u.CAFile))
	if err != nil {
		return nil, err
	}
	return relay.NewUpstream(relay.UpstreamConfig{
		URL: u.URL, Token: func() (string, error) { return u.token(c.path(u.TokenFile)) }, TLS: trusted, Version: version, Identity: identity,
		Store: s.store, Limits: c.limits().Order, Now: time.Now, Log: s.log,
	}), nil
}

// linkUp keeps the link until life ends.
func (s *server) linkUp(life context.Context, u *relay.Upstream) {
	if u == nil {
		return
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		u.Run(life)
	}()
	s.ends = append(s.ends, func() error {
		s.stop()
		<-ended
		return nil
	})
}
