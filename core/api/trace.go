package api

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// longestTrace is how long a trace may be on.
const longestTrace = 24 * time.Hour

// traced is the extension of the call, which must be enabled.
func (e *extensionCalls) traced(c *call) (name string, err error) {
	name = chi.URLParam(c.r, "name")
	if !slices.ContainsFunc(e.extensions.Enabled(), func(x protocol.ExtensionTag) bool { return x.Name == name }) {
		return "", protocol.Errorf(protocol.NotFound, "no extension %.64q is enabled", name)
	}
	return name, nil
}

func (e *extensionCalls) trace(c *call) error {
	name, err := e.traced(c)
	if err != nil {
		return err
	}
	after := int64(0)
	if text := c.r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return badAt("after", "must be the seq of a run")
		}
	}
	return e.answerTrace(c, name, after)
}

func (e *extensionCalls) answerTrace(c *call, name string, after int64) error {
	response, err := e.traces.Traced(name, after)
	if err != nil {
		return err
	}
	return c.answer(response)
}

func (e *extensionCalls) startTrace(c *call) error {
	name, err := e.traced(c)
	if err != nil {
		return err
	}
	body, err := e.intake.object(c)
	if err != nil {
		return err
	}
	seconds := body.Get("seconds")
	if n := seconds.Num; seconds.Type != gjson.Number || n != math.Trunc(n) || n < 1 || n > longestTrace.Seconds() {
		return badAt("seconds", "must be a whole number from 1 to 86400")
	}
	e.traces.Trace(name, time.Duration(seconds.Num)*time.Second)
	return e.answerTrace(c, name, 0)
}

func (e *extensionCalls) endTrace(c *call) error {
	name, err := e.traced(c)
	if err != nil {
		return err
	}
	e.traces.Untrace(name)
	return c.answer(protocol.Nothing{})
}
