package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk/protocol"
)

// referred gives an internal error a reference, under which it stands in the
// log.
func (a *API) referred(err error) *protocol.Error {
	e := protocol.AsError(err)
	if e.Code != protocol.Internal {
		return e
	}
	random := make([]byte, 6)
	_, _ = rand.Read(random)
	told := *e
	entry := protocol.LogEntry{Ref: hex.EncodeToString(random)}
	a.Log.Error("internal error", "ref", entry.Ref, "error", e.Error())
	return told.With(entry)
}

// fail answers with a problem (RFC 9457).
func (a *API) fail(w http.ResponseWriter, err error) {
	e := a.referred(err)
	if pause := e.RetryAfter(); pause > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(int64((pause+time.Second-1)/time.Second), 10))
	}
	if e.Code == protocol.Unauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if e.Code == protocol.TooLarge || e.Code == protocol.BadRequest || e.Code == protocol.Overloaded {
		// What is left of the body isn't worth reading.
		w.Header().Set("Connection", "close")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Code.HTTPStatus())
	_ = json.NewEncoder(w).Encode(e.Problem())
	a.Metrics.failed(e.Code)
}

// slowed is how a token that isn't good is answered: later, if many of them
// come from one address. One that is missing is no guess.
func (a *API) slowed(ctx context.Context, err error, remote string) error {
	refused := protocol.AsError(err)
	if refused.Code != protocol.Unauthorized || refused.Details == (protocol.TokenProblem{Reason: directory.TokenMissing}) {
		return err
	}
	a.Metrics.refused(refusedToken)
	if flood := a.guesses.wrong(ctx, addressOf(remote)); flood != nil {
		a.Metrics.refused(refusedTokens)
		return flood
	}
	return err
}

// answer writes a value as JSON with status 200.
func (c *call) answer(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.answerRaw(body)
}

func (c *call) answerRaw(body []byte) error {
	jsonHead(c.w.Header())
	c.write(body)
	return nil
}

func jsonHead(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
}

// write is for bodies that may be large.
func (c *call) write(body []byte) {
	control := http.NewResponseController(c.w)
	_ = inPieces(body, func(piece []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(bodyTime))
		_, err := c.w.Write(piece)
		return err
	})
}

// answerTagged lets a client that has this ETag keep what it has.
func (c *call) answerTagged(contentType, etag string, body []byte) error {
	if c.tagged(etag) {
		return nil
	}
	c.w.Header().Set("Content-Type", contentType)
	c.write(body)
	return nil
}

// tagged names the answer by its ETag, and is all of it where the client has
// it already.
func (c *call) tagged(etag string) bool {
	h := c.w.Header()
	h.Set("ETag", etag)
	h.Set("Cache-Control", "no-cache")
	for _, known := range strings.Split(strings.Join(c.r.Header.Values("If-None-Match"), ","), ",") {
		known = strings.TrimSpace(known)
		if known == "*" || strings.TrimPrefix(known, "W/") == strings.TrimPrefix(etag, "W/") {
			c.w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// authenticate takes the token from the header.
func (a *API) authenticate(r *http.Request) (directory.Caller, error) {
	if ticket := r.URL.Query().Get("ticket"); ticket != "" && r.URL.Path == "/v1/stream" {
		token, ok := a.tickets.take(ticket)
		if !ok {
			return directory.Caller{}, protocol.Errorf(protocol.Unauthorized, "the ticket was used or is older than 30 seconds; get a new one").With(protocol.TokenProblem{Reason: "ticket"})
		}
		return a.directory.Authenticate(r.Context(), token)
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	return a.directory.Authenticate(r.Context(), strings.TrimSpace(token))
}
