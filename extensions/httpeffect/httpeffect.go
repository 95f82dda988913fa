package httpeffect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// bodyMost is where the body of an answer is cut.
const bodyMost = 64 << 10

// saidMost is how much of a refusing answer is in the error.
const saidMost = 200

// Options are of one extension.
type Options struct {
	// Effects are those of its manifest.
	Effects map[string]hooks.EffectSpec
	// Allow is where they may call.
	Allow []Allow
	// Settings are the operator's: what stands in braces in URLs and headers.
	Settings map[string]any
	// Resolver finds addresses; nil is the machine's.
	Resolver *net.Resolver
}

// Caller does the effects of one extension.
type Caller struct {
	o      Options
	client *http.Client
}

// New makes a caller. It calls nothing.
func New(o Options) *Caller {
	c := &Caller{o: o}
	c.client = &http.Client{
		Transport: &http.Transport{
			DialContext: c.dial, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: bodyMost,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// dial connects to an allowed host. An address that its name leads to is checked
// here, after the last look-up: a name can lead elsewhere the next time.
func (c *Caller) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	local := false
	host = canonical(host)
	for _, a := range c.o.Allow {
		local = local || a.local() && a.host == host && a.port == port
	}
	d := net.Dialer{Resolver: c.o.Resolver, Control: func(_, to string, _ syscall.RawConn) error {
		ip, err := netip.ParseAddrPort(to)
		if err != nil {
			return err
		}
		if local && (host != "localhost" || ip.Addr().Unmap().IsLoopback()) || public(ip.Addr()) {
			return nil
		}
		return fmt.Errorf("%s leads to %s, which isn't an address of the public internet; where that is meant, name that address itself in allow: of the extension in the server's config", host, ip.Addr())
	}}
	return d.DialContext(ctx, network, address)
}

// Do calls what the manifest describes for the effect, with data as the JSON body.
// Data is never in the URL or in headers. An answer with a status below 500, but
// for 408, 425 and 429, is an outcome: {"status":200,"body":…}, with JSON or text.
// Everything else is an error. Errors have no URL and no header, where secrets may
// be.
func (c *Caller) Do(ctx context.Context, id string, at hooks.EffectAddress, data protocol.Value) (protocol.Value, error) {
	spec, known := c.o.Effects[at.Name]
	if !known || spec.URL == "" {
		return "", fmt.Errorf("extension.yaml describes no call for effect %q", at.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, spec.Timeout)
	defer cancel()
	request, err := c.request(ctx, spec, id, data)
	if err != nil {
		return "", err
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return "", bare(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, bodyMost))
	if err != nil {
		return "", fmt.Errorf("the answer with status %d broke off: %w", answer.StatusCode, bare(err))
	}
	switch s := answer.StatusCode; {
	case s >= 500, s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests:
		return "", fmt.Errorf("status %d: %.*s", s, saidMost, strings.ToValidUTF8(string(body), "\uFFFD"))
	}
	return `{"body":` + bodyOf(answer.Header.Get("Content-Type"), body) + `,"status":` + protocol.Int(answer.StatusCode) + "}", nil
}

func (c *Caller) request(ctx context.Context, spec hooks.EffectSpec, id string, data protocol.Value) (*http.Request, error) {
	var missing error
	setting := func(name string) string {
		switch v := c.o.Settings[name].(type) {
		case nil, map[string]any, []any:
			missing = fmt.Errorf("its setting %s isn't a text or a number; set it under config: of the extension in the server's config", name)
			return ""
		default:
			return fmt.Sprint(v)
		}
	}
	to, err := url.Parse(hooks.WithSettings(spec.URL, setting))
	if err != nil {
		err = errors.New("what its url became is no URL; check the settings that are in it") // without the URL
	}
	if err = errors.Join(missing, err); err == nil {
		err = check(c.o.Allow, to)
	}
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, spec.Method, to.String(), bytes.NewReader([]byte(data)))
	if err != nil {
		return nil, bare(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Manytill")
	for name, value := range spec.Headers {
		value = hooks.WithSettings(value, setting)
		if strings.ContainsAny(value, "\r\n\x00") {
			return nil, fmt.Errorf("the header %s has a character that no header may have; check the settings that are in it", name)
		}
		r.Header.Set(name, value)
	}
	r.Header.Set("Idempotency-Key", id)
	return r, missing
}

// bare is an error of net/http without the URL.
func bare(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// bodyOf is an answer's body: JSON if it says so or looks like it, and is; otherwise
// text.
func bodyOf(contentType string, body []byte) protocol.Value {
	kind, _, _ := mime.ParseMediaType(contentType)
	trimmed := bytes.TrimSpace(body)
	if kind == "application/json" || strings.HasSuffix(kind, "+json") || bytes.HasPrefix(trimmed, []byte("{")) || bytes.HasPrefix(trimmed, []byte("[")) {
		if v, err := protocol.ParseValue(body); err == nil {
			return v
		}
	}
	return protocol.Text(strings.ToValidUTF8(string(body), "\uFFFD"))
}
