package api

import (
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/sdk/protocol"
)

// access says who may make a call.
type access int

const (
	anyone access = iota
	byPOS
	byAdmin
)

// route is one call of the protocol: what serves it and what the OpenAPI
// document says of it.
type route struct {
	method, path string
	access       access
	handle       func(*API, *call) error
	summary      string
	in, out      any // bodies, by example of their Go type; nil is none
	query        []string
	stays        bool // a stream: its deadlines are its own
}

// call is one request and who makes it.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	caller directory.Caller
	body   reading
	code   protocol.Code // of the error that it was answered with
}

func (a *API) router() http.Handler {
	r := chi.NewRouter()
	allowed := cors.Options{
		AllowedMethods: []string{"GET", "HEAD", "POST", "PATCH", "DELETE"},
		AllowedHeaders: []string{"Authorization", "Content-Type", "If-None-Match", "Last-Event-ID"},
		ExposedHeaders: []string{"ETag", "Server"},
		MaxAge:         600,
	}
	if len(a.AllowedOrigins) > 0 {
		allowed.AllowOriginFunc = a.originAllowed
	}
	r.Use(a.recoverer, signed, decoded, cors.Handler(allowed))
	for _, rt := range routes() {
		r.Method(rt.method, rt.path, a.serve(rt))
		if rt.method == http.MethodGet && !rt.stays {
			r.Method(http.MethodHead, rt.path, a.serve(rt)) // load balancers ask so
		}
	}
	if a.Pages != nil {
		for _, path := range a.Pages.Paths() {
			r.Method(http.MethodGet, path, steadily(a.Pages))
			r.Method(http.MethodHead, path, steadily(a.Pages))
		}
	}
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, protocol.Errorf(protocol.NotFound, "there is nothing at %s", r.URL.Path))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, protocol.Errorf(protocol.NotFound, "%s can't be called with %s", r.URL.Path, r.Method))
	})
	return r
}

// serve authenticates, serves and turns an error into its problem.
func (a *API) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := a.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		c := &call{w: ww, r: r}
		defer c.body.done()
		if !rt.stays {
			deadline(ww, bodyTime)
		}
		if err := a.admit(c, rt.access); err != nil {
			c.code = protocol.CodeOf(err)
			a.fail(ww, err)
		} else if err := rt.handle(a, c); err != nil {
			if ww.Status() != 0 {
				// The answer has begun: cut off it is no answer, and the next try
				// is told why.
				panic(http.ErrAbortHandler)
			}
			err := protocol.AsError(err)
			c.code = protocol.CodeOf(err)
			a.fail(ww, err)
		}
		took := a.Now().Sub(began)
		a.Metrics.request(rt.path, rt.answered(ww.Status()), took)
		a.logCall(c, rt, ww.Status(), took)
	})
}

// answered is the status as metrics have it. A socket leaves none: it takes the
// connection over.
func (rt route) answered(status int) string {
	switch {
	case status != 0:
	case rt.path == "/v1/socket":
		status = http.StatusSwitchingProtocols
	default:
		status = http.StatusOK
	}
	return strconv.Itoa(status)
}

// admit: the token first, then whether it opens this call.
func (a *API) admit(c *call, need access) error {
	if a.closing.Load() && need != anyone {
		return protocol.Errorf(protocol.ShuttingDown, "the server is shutting down; come back").With(protocol.Pause{RetryAfterMS: 1000})
	}
	if need == anyone {
		return nil
	}
	caller, err := a.authenticate(c.r)
	if err != nil {
		return a.slowed(c.r.Context(), err, c.r.RemoteAddr)
	}
	a.strangers.known(strangerOf(c.r))
	if caller.Admin != (need == byAdmin) {
		if need == byAdmin {
			return protocol.Errorf(protocol.Forbidden, "this call takes the admin token")
		}
		return protocol.Errorf(protocol.Forbidden, "this call takes the token of a POS; the admin token opens /v1/admin alone")
	}
	c.caller = caller
	c.body = reading{api: a, pos: caller.POS.ID}
	return nil
}

// recoverer turns a panic into an internal error with a reference for the log.
func (a *API) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p)
			}
			if p != nil {
				a.Log.Error("a request panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				a.fail(w, protocol.Errorf(protocol.Internal, "something went wrong in the server"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// signed says whose answer it is: a client takes none of something between for
// the server's word.
func signed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "manytill")
		next.ServeHTTP(w, r)
	})
}

// decoded routes by the path as it is meant: a client that writes o%3A1 asks
// for o:1. No id has a slash.
func decoded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawPath = ""
		next.ServeHTTP(w, r)
	})
}

// steadily gives each piece of a page its time, so that nobody keeps a
// connection by not reading.
func steadily(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		deadline(w, bodyTime)
		next.ServeHTTP(&inTime{w}, r)
	})
}

type inTime struct{ http.ResponseWriter }

func (w *inTime) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *inTime) Write(b []byte) (int, error) {
	control, written := http.NewResponseController(w.ResponseWriter), 0
	err := inPieces(b, func(piece []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(bodyTime))
		n, err := w.ResponseWriter.Write(piece)
		written += n
		return err
	})
	return written, err
}

// deadline bounds reading a body and writing an answer, so that a half-open
// connection ends.
func deadline(w http.ResponseWriter, d time.Duration) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(d))
	_ = control.SetWriteDeadline(time.Now().Add(d))
}
