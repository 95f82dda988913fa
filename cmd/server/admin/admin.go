// Package admin calls the admin API of a running server (docs/protocol.md,
// "Admin calls").
//
// It owns the calls, and error messages that say what to do. The commands are in
// cmd/server. Start reading with [Client.Do].
package admin

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/manytill/manytill/sdk/protocol"
)

// Client calls one server with one admin token.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New is a client of the server at an address like https://tills.example.
func New(server, token string, calls *http.Client) (*Client, error) {
	base, err := url.Parse(server)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("--server must be an address like http://127.0.0.1:8080, not %q", server)
	}
	if token == "" {
		return nil, errors.New("an admin token is needed: give --token, or set MANYTILL_ADMIN_TOKEN. The server printed it at its first start")
	}
	return &Client{base: strings.TrimRight(server, "/"), token: token, http: calls}, nil
}

// loadTime is the limit of a call that loads extensions: each extension may take
// half a minute.
const loadTime = 10 * time.Minute

// HTTP makes a client that trusts only the authorities in a PEM file, such as the
// ca.pem of a server with its own authority, or ("") those of the system.
func HTTP(caFile string) (*http.Client, error) {
	c := &http.Client{Timeout: 30 * time.Second}
	if caFile == "" {
		return c, nil
	}
	text, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("--ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--ca: there is no certificate in %s; it must be a PEM file like the server's ca.pem", caFile)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	c.Transport = transport
	return c, nil
}

// Do makes one call. body and answer may be nil. If the server refuses it, the error
// is a [*protocol.Error]; see [Explain].
func (c *Client) Do(ctx context.Context, method, path string, body, answer any) error {
	var send io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, send)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	calls := *c.http
	if method != http.MethodGet && strings.HasPrefix(path, "/v1/admin/extensions") {
		calls.Timeout = loadTime
	}
	resp, err := calls.Do(req)
	if err != nil {
		return c.unreachable(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return c.unreachable(err)
	}
	if resp.StatusCode != http.StatusOK {
		return c.refused(resp, raw)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("%s answers, but isn't a Manytill server; check --server", c.base)
	}
	return nil
}

func (c *Client) unreachable(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%s has a certificate that isn't trusted here; give --ca with the ca.pem in the folder of the server's store: %w", c.base, err)
	}
	return fmt.Errorf("no server answers at %s; start one with `manytill serve --config FILE`, or name another with --server: %w", c.base, errors.Unwrap(err))
}

func (c *Client) refused(resp *http.Response, raw []byte) error {
	var problem protocol.Problem
	if json.Unmarshal(raw, &problem) != nil || problem.Code == "" {
		return fmt.Errorf("%s answers %s, but isn't a Manytill server; check --server", c.base, resp.Status)
	}
	return problem.Failure()
}
