package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/manytill/manytill/core/directory"
	"github.com/manytill/manytill/core/store"
	"github.com/manytill/manytill/sdk/protocol"
)

// route is one call of the protocol: what serves it and what the OpenAPI
// document says of it.
type route struct {
	method, path string
	access       access
	handle       func(*call) error
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

// router serves the routes, and pages.
type router struct {
	*observer
	gate    *gate
	origins Origins
	pages   Pages
}

func (rt *router) handler(routes []route) http.Handler {
	r := chi.NewRouter()
	allowed := cors.Options{
		AllowedMethods: []string{"GET", "HEAD", "POST", "PATCH", "DELETE"},
		AllowedHeaders: []string{"Authorization", "Content-Type", "If-None-Match", "Last-Event-ID"},
		ExposedHeaders: []string{"ETag", "Server"},
		MaxAge:         600,
	}
	if len(rt.origins) > 0 {
		allowed.AllowOriginFunc = rt.origins.allow
	}
	r.Use(rt.recoverer, signed, decoded, rt.readable(cors.Handler(allowed)))
	for _, one := range routes {
		r.Method(one.method, one.path, rt.serve(one))
		if one.method == http.MethodGet && !one.stays {
			r.Method(http.MethodHead, one.path, rt.serve(one)) // load balancers ask so
		}
	}
	if rt.pages != nil {
		for _, path := range rt.pages.Paths() {
			r.Method(http.MethodGet, path, steadily(rt.pages))
			r.Method(http.MethodHead, path, steadily(rt.pages))
		}
	}
	served := r
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		below := prefixed(r.URL.Path, func(path string) bool { return served.Match(chi.NewRouteContext(), r.Method, path) })
		if below != "" {
			rt.fail(w, protocol.Errorf(protocol.NotFound, "there is nothing at %s: this server can't be below a path like %s; give it a host name of its own, like till.example, in the proxy before it", r.URL.Path, below))
			return
		}
		rt.fail(w, protocol.Errorf(protocol.NotFound, "there is nothing at %s", r.URL.Path))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		rt.fail(w, protocol.Errorf(protocol.NotFound, "%s can't be called with %s", r.URL.Path, r.Method))
	})
	return r
}

// longestPrefix is how far prefixed looks, in bytes: a stranger's path of slashes must
// not be work.
const longestPrefix = 256

// prefixed is what stands before a path that is served; "" if there is none.
func prefixed(path string, served func(path string) bool) string {
	for i := 1; i < min(len(path)-1, longestPrefix); i++ {
		if path[i] == '/' && served(path[i:]) {
			return path[:i]
		}
	}
	return ""
}

// serve authenticates, serves and turns an error into its problem.
func (rt *router) serve(one route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := rt.now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		c := &call{w: ww, r: r}
		defer c.body.done()
		if !one.stays {
			deadline(ww, bodyTime)
		}
		if err := rt.gate.admit(c, one.access); err != nil {
			c.code = protocol.CodeOf(err)
			rt.fail(ww, err)
		} else if err := one.handle(c); err != nil {
			if ww.Status() != 0 {
				// The answer has begun: cut off it is no answer, and the next try
				// is told why.
				panic(http.ErrAbortHandler)
			}
			err := protocol.AsError(err)
			c.code = protocol.CodeOf(err)
			rt.fail(ww, err)
		}
		took := rt.now().Sub(began)
		rt.metrics.request(one.path, one.answered(ww.Status()), took)
		rt.logCall(c, one, ww.Status(), took)
	})
}

// answered is the status as metrics have it. A socket leaves none: it takes the
// connection over.
func (rt route) answered(status int) string {
	switch {
	case status != 0:
	case rt.path == "/v1/socket", rt.path == "/v1/relay":
		status = http.StatusSwitchingProtocols
	default:
		status = http.StatusOK
	}
	return strconv.Itoa(status)
}

// readable has other origins read what the API answers, by their rules; the pages are
// for this origin alone.
func (rt *router) readable(crossOrigin func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	var own []string
	if rt.pages != nil {
		own = rt.pages.Paths()
	}
	return func(next http.Handler) http.Handler {
		shared := crossOrigin(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if slices.Contains(own, r.URL.Path) {
				next.ServeHTTP(w, r)
				return
			}
			shared.ServeHTTP(w, r)
		})
	}
}

// signed says whose answer it is: a client takes none of something between for
// the server's word. Of what isn't a page a browser makes neither a page nor a script of
// another kind.
func signed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Server", "manytill")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
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

func notFoundOr(err error, format string, args ...any) error {
	if errors.Is(err, store.ErrNotFound) {
		return protocol.Errorf(protocol.NotFound, format, args...)
	}
	return err
}
