package oldwire

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// handler serves the three calls. Each is answered with HTTP 200, as JSON-RPC wants
// it: a till takes anything else, and an error, for a cut connection, keeps what it
// has and tries again.
func (b *Bridge) handler() http.Handler {
	r := chi.NewRouter()
	r.Use(cors.Handler(cors.Options{
		AllowedMethods: []string{"POST", "OPTIONS"},
		AllowedHeaders: []string{"Content-Type", "X-Requested-With", "X-Debug-Mode"},
	}))
	at := b.Path + "/{secret}"
	for path, do := range map[string]func(*http.Request, gjson.Result) (any, error){
		"/pos_multi_session_sync/update": b.message, "/longpolling/poll": b.poll, "/pos_longpolling/update": b.ping,
	} {
		r.Post(at+path, b.serve(path, do))
	}
	missing := func(w http.ResponseWriter, r *http.Request) {
		b.warn("there is nothing at this address; sync_server must be the server's address, the path of old_wire and the secret, without a slash at the end", "call", r.Method, "from", r.RemoteAddr)
		http.Error(w, "there is nothing here", http.StatusNotFound)
	}
	r.NotFound(missing)
	r.MethodNotAllowed(missing)
	return r
}

// serve checks the secret, reads the call and answers it.
func (b *Bridge) serve(path string, do func(*http.Request, gjson.Result) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		const slow = 30 * time.Second
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(time.Now().Add(slow))
		_ = control.SetWriteDeadline(time.Now().Add(b.Poll + slow))
		var call gjson.Result
		var result any
		err := b.admit(r)
		if err == nil {
			call, err = b.read(r)
		}
		if err == nil {
			_ = control.SetReadDeadline(time.Time{})
			result, err = b.guarded(do, r, call.Get("params"))
		}
		if err != nil && r.Context().Err() == nil {
			b.warn(err.Error(), "call", path, "from", r.RemoteAddr)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(envelope(call.Get("id"), result, err))
	}
}

func (b *Bridge) admit(r *http.Request) error {
	given := sha256.Sum256([]byte(chi.URLParam(r, "secret")))
	if subtle.ConstantTimeCompare(given[:], b.secret[:]) == 1 {
		b.Gate.Trust(r)
		return nil
	}
	if err := b.Gate.Distrust(r); err != nil {
		return err
	}
	return protocol.Errorf(protocol.Unauthorized, "the secret in the address isn't the one of old_wire.secret_file; correct sync_server in Odoo")
}

func (b *Bridge) read(r *http.Request) (gjson.Result, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, b.BodyBytes))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return gjson.Result{}, protocol.Errorf(protocol.TooLarge, "the call is larger than %d bytes (limits.body_bytes)", b.BodyBytes)
	}
	if err != nil {
		return gjson.Result{}, protocol.Errorf(protocol.BadRequest, "the call broke off").Because(err)
	}
	if protocol.TooDeep(raw) || !gjson.ValidBytes(raw) || !gjson.ParseBytes(raw).Get("params").IsObject() {
		return gjson.Result{}, protocol.Errorf(protocol.BadRequest, "the call must be JSON-RPC with an object of params, at most 100 deep")
	}
	return gjson.ParseBytes(raw), nil
}

// guarded turns a panic into an error.
func (b *Bridge) guarded(do func(*http.Request, gjson.Result) (any, error), r *http.Request, params gjson.Result) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			b.Log.Error("old till: a call failed", "panic", p, "stack", string(debug.Stack()))
			result, err = nil, protocol.AsError(fmt.Errorf("panic: %v", p))
		}
	}()
	return do(r, params)
}

// envelope is an answer of JSON-RPC 2.0, an error in the form that Odoo gives it.
func envelope(id gjson.Result, result any, err error) []byte {
	answer := map[string]any{"jsonrpc": "2.0", "id": nil}
	if id.Exists() {
		answer["id"] = json.RawMessage(id.Raw)
	}
	if err != nil {
		known := protocol.AsError(err)
		const odooError = 200
		answer["error"] = map[string]any{"code": odooError, "message": "Manytill", "data": map[string]any{
			"name": string(known.Code), "message": known.Message, "debug": "", "arguments": []string{known.Message},
		}}
	} else {
		answer["result"] = result
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return envelope(id, nil, protocol.Errorf(protocol.Internal, "the answer can't be written").Because(err))
	}
	return raw
}
