package main

import (
	"log"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// httpLog is what the HTTP server has to say. Handshakes that fail are told at
// info, each reason once a minute: a device that doesn't trust the certificate
// is seen nowhere else. The rest is for debugging.
type httpLog struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	told map[string]*reason
}

// reason is why handshakes fail.
type reason struct {
	at   time.Time // when it was told
	more int       // that failed since, for the same reason
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
	if why == "EOF" { // who only looked whether anybody listens
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
