package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
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

// object reads a body that must be a JSON object; no body is an empty one.
func (a *API) object(c *call) (gjson.Result, error) {
	raw, err := a.read(c)
	if err != nil {
		return gjson.Result{}, err
	}
	return parseObject(raw)
}

// read reads a body, as far as it may be large.
func (a *API) read(c *call) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, io.NopCloser(&steady{c: c}), a.Limits.BodyBytes))
	if errors.Is(err, errNoRoom) {
		return nil, c.body.full()
	}
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		// A client that still writes would not see the answer.
		_, _ = io.CopyN(io.Discard, c.r.Body, drainBytes)
		return nil, tooLarge("body", a.Limits.BodyBytes)
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
func (a *API) mutations(list gjson.Result) ([]*order.Mutation, error) {
	if !list.IsArray() {
		return nil, badAt("mutations", "must be a list")
	}
	var all []*order.Mutation
	var err error
	list.ForEach(func(_, item gjson.Result) bool {
		at := "mutations[" + strconv.Itoa(len(all)) + "].id"
		if len(all) == a.Limits.Mutations {
			err = tooLarge("mutations", int64(a.Limits.Mutations))
			return false
		}
		m, wrong := order.Decode([]byte(item.Raw), a.Limits.Order)
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
		id.Str == "" || len(id.Str) > 200 || len(name.Str) > 200 {
		return nil, badAt("user", `must be {"id":"…","name":"…"}`)
	}
	return &protocol.User{ID: strings.Clone(id.Str), Name: strings.Clone(name.Str)}, nil
}
