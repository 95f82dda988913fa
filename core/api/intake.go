package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/manytill/manytill/core/order"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

const (
	bodyTime = 30 * time.Second
	// loadTime is of a call that loads extensions, one after the other: each has
	// half a minute until its start is given up.
	loadTime   = 10 * time.Minute
	drainBytes = 96 << 20
)

// intake reads what clients send: bodies and frames, within limits.
type intake struct {
	*observer
	limits Limits
	bodies bodies
	turns  turns
}

// object reads a body that must be a JSON object; no body is an empty one.
func (in *intake) object(c *call) (gjson.Result, error) {
	raw, err := in.read(c)
	if err != nil {
		return gjson.Result{}, err
	}
	return parseObject(raw)
}

// name reads a body that may have a name; nil is none.
func (in *intake) name(c *call) (*string, error) {
	body, err := in.object(c)
	if err != nil {
		return nil, err
	}
	return optionalText(body, "name")
}

// read reads a body, as far as it may be large.
func (in *intake) read(c *call) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, io.NopCloser(&steady{c: c}), in.limits.BodyBytes))
	if errors.Is(err, errNoRoom) {
		return nil, c.body.full()
	}
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		// A client that still writes would not see the answer.
		_, _ = io.CopyN(io.Discard, c.r.Body, drainBytes)
		return nil, tooLarge("body", in.limits.BodyBytes)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		deadline(c.w, writeTime)
		return nil, protocol.Errorf(protocol.Overloaded, "the body did not come in time; send it again").
			With(protocol.Pause{RetryAfterMS: 1000}).Because(err)
	}
	if err != nil {
		return nil, protocol.Errorf(protocol.BadRequest, "the body broke off").With(protocol.Place{At: ""}).Because(err)
	}
	if len(raw) == 0 {
		raw = []byte("{}")
	}
	return raw, nil
}

// errNoRoom ends reading a body of which there are too many.
var errNoRoom = errors.New("too many bodies are being read")

// steady reads a body for as long as it comes, however slowly: each piece of
// it gives it more time.
type steady struct {
	c    *call
	came int
}

func (s *steady) Read(p []byte) (int, error) {
	const piece = 64 << 10
	n, err := s.c.r.Body.Read(p)
	if !s.c.body.add(n) {
		return 0, errNoRoom
	}
	if s.came += n; s.came >= piece {
		s.came = 0
		deadline(s.c.w, bodyTime)
	}
	return n, err
}

func tooLarge(what string, limit int64) error {
	return protocol.Errorf(protocol.TooLarge, "%s is larger than %d; split it", what, limit).
		With(protocol.TooMuch{What: what, Limit: limit})
}

// parseObject takes any JSON object that nests at most 100 deep.
func parseObject(raw []byte) (gjson.Result, error) {
	if protocol.TooDeep(raw) {
		return gjson.Result{}, protocol.Errorf(protocol.BadRequest, "%s", protocol.ErrDepth).With(protocol.Place{At: ""})
	}
	if err := valid(raw); err != nil {
		return gjson.Result{}, protocol.Errorf(protocol.BadRequest, "not JSON: %s", err).With(protocol.Place{At: ""})
	}
	object := gjson.ParseBytes(raw)
	if !object.IsObject() {
		return gjson.Result{}, protocol.Errorf(protocol.BadRequest, "the body must be a JSON object").With(protocol.Place{At: ""})
	}
	return object, nil
}

// valid reports where JSON is broken. Keys that stand twice and halves of
// surrogate pairs pass: a till's queue must not stop at an odd note.
func valid(raw []byte) error {
	v := jsontext.Value(raw)
	if v.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return nil
	}
	copied := v.Clone()
	if err := copied.Compact(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return err
	}
	return errors.New("invalid JSON")
}

// mutations reads the list of a push: ids rise by one.
func (in *intake) mutations(list gjson.Result) ([]*order.Mutation, error) {
	if !list.IsArray() {
		return nil, badAt("mutations", "must be a list")
	}
	var all []*order.Mutation
	var err error
	list.ForEach(func(_, item gjson.Result) bool {
		at := "mutations[" + strconv.Itoa(len(all)) + "].id"
		if len(all) == in.limits.Mutations {
			err = tooLarge("mutations", int64(in.limits.Mutations))
			return false
		}
		m, wrong := order.Decode([]byte(item.Raw), in.limits.Order)
		switch {
		case wrong != nil:
			err = badAt(at, wrong.Error())
		case len(all) > 0 && m.ID != all[len(all)-1].ID+1:
			err = badAt(at, fmt.Sprintf("must be %d, one more than the id before it", all[len(all)-1].ID+1))
		}
		all = append(all, m)
		return err == nil
	})
	return all, err
}

func badAt(at, what string) error {
	return protocol.Errorf(protocol.BadRequest, "%s %s", at, what).With(protocol.Place{At: at})
}

// id reads a member that must be an id, or (optional) may be missing.
func id[S ~string](v gjson.Result, at string, optional bool) (S, error) {
	if optional && (!v.Exists() || v.Type == gjson.Null) {
		return "", nil
	}
	if v.Type != gjson.String || !protocol.ValidID(v.Str) {
		return "", badAt(at, "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	return S(strings.Clone(v.Str)), nil // whoever keeps it must not keep the whole body
}

// user reads {"id","name"}; nil if it is missing or null.
func user(v gjson.Result) (*protocol.User, error) {
	if !v.Exists() || v.Type == gjson.Null {
		return nil, nil
	}
	id, name := v.Get("id"), v.Get("name")
	if !v.IsObject() || id.Type != gjson.String || name.Type != gjson.String ||
		id.Str == "" || len(id.Str) > 200 || len(name.Str) > 200 || strings.ContainsRune(id.Str+name.Str, 0) {
		return nil, badAt("user", `must be {"id":"…","name":"…"}, each of at most 200 bytes, without U+0000`)
	}
	return &protocol.User{ID: strings.Clone(id.Str), Name: strings.Clone(name.Str)}, nil
}

// What one POS may have in memory of bodies and large frames that are being
// read or decided, and how many connections that stay. An honest till has one
// of each, a few while its network comes and goes.
const (
	bodiesOfPOS      = 16 << 20
	connectionsOfPOS = 1000
)

// bodies counts them by POS; the zero value counts none. Safe for concurrent
// use.
type bodies struct {
	mu sync.Mutex
	of map[protocol.POSID]int64
}

// add reports whether there was room; the first always has some.
func (l *bodies) add(pos protocol.POSID, n int64, most int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if was := l.of[pos]; was > 0 && was+n > most {
		return false
	}
	if l.of == nil {
		l.of = map[protocol.POSID]int64{}
	}
	l.of[pos] += n
	return true
}

func (l *bodies) remove(pos protocol.POSID, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[pos] -= n; l.of[pos] <= 0 {
		delete(l.of, pos)
	}
}

// turns has large pushes of one POS decoded one after another, so that its tills
// take one processor at most, whatever they send. The zero value is ready. Safe
// for concurrent use.
type turns struct {
	mu sync.Mutex
	of map[protocol.POSID]*turn
}

type turn struct {
	sync.Mutex
	users int
}

// largeBody is what must wait for its turn; the rest takes no time.
const largeBody = 16 << 10

// take waits for the turn of a POS to decode so many bytes; done ends it.
func (t *turns) take(pos protocol.POSID, bytes int) (done func()) {
	if bytes < largeBody {
		return func() {}
	}
	t.mu.Lock()
	if t.of == nil {
		t.of = map[protocol.POSID]*turn{}
	}
	one := t.of[pos]
	if one == nil {
		one = &turn{}
		t.of[pos] = one
	}
	one.users++
	t.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(t.of, pos)
		}
	}
}

// reading is what one request or frame holds of it.
type reading struct {
	intake *intake
	pos    protocol.POSID
	held   int64
}

func (r *reading) add(n int) bool {
	if r.intake == nil { // a call that anyone may make reads none
		return true
	}
	if !r.intake.bodies.add(r.pos, int64(n), max(bodiesOfPOS, 2*r.intake.limits.BodyBytes)) {
		return false
	}
	r.held += int64(n)
	return true
}

func (r *reading) done() {
	if r.held > 0 {
		r.intake.bodies.remove(r.pos, r.held)
		r.held = 0
	}
}

func (r *reading) full() error {
	r.intake.refusedOf(r.pos, refusedWaiting, "body refused: too much of this POS is being read")
	return protocol.Errorf(protocol.Overloaded, "too much of this POS is being read; send it again").With(protocol.Pause{RetryAfterMS: 1000})
}
