package main

import (
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"
)

// httpLog logs what net/http reports. Failed handshakes are logged at info, each
// reason once a minute: a device that doesn't trust the certificate is seen
// nowhere else. The rest is logged at debug.
type httpLog struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	told map[string]*reason
}

// reason is one cause of failed handshakes.
type reason struct {
	at   time.Time // when it was logged
	more int       // handshakes that failed for it since
}

const (
	quietFor    = time.Minute
	mostReasons = 64
)

func newHTTPLog(to *slog.Logger, now func() time.Time) *log.Logger {
	return log.New(&httpLog{log: to, now: now, told: map[string]*reason{}}, "", 0)
}

// Write takes one line, as [log.Logger] writes it.
func (h *httpLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if rest, is := strings.CutPrefix(text, "http: TLS handshake error from "); is {
		from, why, _ := strings.Cut(rest, ": ")
		h.handshake(from, why)
	} else {
		h.log.Debug(text)
	}
	return len(line), nil
}

func (h *httpLog) handshake(from, why string) {
	if why == "EOF" { // a port scan or a health check
		h.log.Debug("a TLS handshake ended", "from", from)
		return
	}
	now := h.now()
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.told[why]
	if r != nil && now.Sub(r.at) < quietFor {
		r.more++
		return
	}
	if r == nil {
		r = &reason{}
		if len(h.told) >= mostReasons {
			clear(h.told)
		}
		h.told[why] = r
	}
	args := []any{"from", from, "error", why}
	if todo := handshakeAdvice(why); todo != "" {
		args = append(args, "advice", todo)
	}
	if r.more > 0 {
		args = append(args, "more_since", r.more)
	}
	*r = reason{at: now}
	h.log.Info("a TLS handshake failed", args...)
}

func handshakeAdvice(why string) string {
	switch {
	case strings.Contains(why, "client sent an HTTP request to an HTTPS server"):
		return "open the address with https://"
	case strings.Contains(why, "unknown certificate"), strings.Contains(why, "bad certificate"), strings.Contains(why, "unknown authority"),
		why == "local error: tls: bad record MAC": // so end clients of OpenSSL (curl, Node, Python) that don't trust it
		return "that device doesn't trust the certificate: install ca.pem there, or open the server by a name in the certificate (tls.names)"
	case strings.Contains(why, "unsupported versions"), strings.Contains(why, "no cipher suite"):
		return "that device is too old for TLS 1.2"
	}
	return ""
}

// Profiles of this process (CPU, memory) are served on request. A profile shows
// which code runs, and the command line, so it is for this machine alone. The
// address must be a loopback one, and so must the request's Host, since any web
// page could point a name of its own at this address.

// listenProfiles listens on the address of --pprof; nil without one.
func listenProfiles(address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	if !isLoopback(address) {
		return nil, fmt.Errorf("--pprof %s: profiles are for this machine alone; use an address like 127.0.0.1:6060", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--pprof: %w", listenError(address, err))
	}
	return l, nil
}

// serveProfiles serves them until the server ends.
func (s *server) serveProfiles(l net.Listener) {
	if l == nil {
		return
	}
	profiles := http.NewServeMux()
	profiles.HandleFunc("/debug/pprof/", pprof.Index)
	profiles.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	profiles.HandleFunc("/debug/pprof/profile", pprof.Profile)
	profiles.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	profiles.HandleFunc("/debug/pprof/trace", pprof.Trace)
	serving := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !isLoopback(r.Host) {
				http.Error(w, "profiles are for this machine alone", http.StatusForbidden)
				return
			}
			profiles.ServeHTTP(w, r)
		}),
	}
	s.ends = append(s.ends, serving.Close)
	go func() { _ = serving.Serve(l) }()
	s.log.Info("profiles of this process are served to this machine", "url", fmt.Sprintf("http://%s/debug/pprof/", l.Addr()))
}

// isLoopback reports whether an address, with or without a port, is a loopback
// address, which other machines can't reach.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
