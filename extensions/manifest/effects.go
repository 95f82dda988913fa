package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Effect is what a manifest says of an effect.
type Effect struct {
	// Effects are done one after another for each order, or for the whole multi_session.
	InOrder string `yaml:"in_order"`
	// How long one try may take.
	Timeout time.Duration `yaml:"timeout"`
	// Of JavaScript: the address that the server calls; {NAME} is a setting.
	URL string `yaml:"url"`
	// Of JavaScript: the method of the call, POST by default.
	Method string `yaml:"method"`
	// Of JavaScript: headers of the call; {NAME} is a setting.
	Headers map[string]string `yaml:"headers"`
}

// How long one try of an effect may take, unless the manifest says so, and at
// most.
const (
	DefaultEffectTimeout = 30 * time.Second
	longestEffect        = 10 * time.Minute
)

// EffectSpecs are the effects as the host has them; nil is none.
func (m *Manifest) EffectSpecs() map[string]hooks.EffectSpec {
	if len(m.Effects) == 0 {
		return nil
	}
	specs := map[string]hooks.EffectSpec{}
	for name, e := range m.Effects {
		spec := hooks.EffectSpec{
			WholeMultiSession: e.InOrder == "multi_session", Timeout: cmp.Or(e.Timeout, DefaultEffectTimeout),
			URL: e.URL, Method: e.Method, Headers: e.Headers,
		}
		if e.URL != "" && e.Method == "" {
			spec.Method = "POST"
		}
		specs[name] = spec
	}
	return specs
}

// checkEffects is the first thing that is wrong with the effects, and where.
func (m *Manifest) checkEffects() (path []string, problem error) {
	for _, name := range protocol.SortedKeys(m.Effects) {
		path := []string{"effects", name}
		if !protocol.IsFieldName(protocol.Field(name)) {
			return path, fmt.Errorf("an effect's name is 1 to 64 of A-Z a-z 0-9 _ $ and starts with none of 0-9, was %.80q", name)
		}
		e := m.Effects[name]
		switch {
		case e.InOrder != "" && e.InOrder != "order" && e.InOrder != "multi_session":
			return append(path, "in_order"), fmt.Errorf("%s: in_order must be order (the default) or multi_session, was %q", name, e.InOrder)
		case e.Timeout < 0 || e.Timeout > longestEffect:
			return append(path, "timeout"), fmt.Errorf("%s: timeout must be up to %s, was %s", name, longestEffect, e.Timeout)
		}
		check := e.checkCall
		if m.Exec != "" {
			check = e.checkDone
		}
		if key, problem := check(); problem != nil {
			return append(path, key...), fmt.Errorf("%s: %w", name, problem)
		}
		if m.Config == "" {
			if key, setting := e.setting(func(string) bool { return false }); key != nil {
				return append(path, key...), fmt.Errorf("%s: {%s} is a setting, and the manifest has none: name their JSON Schema with config", name, setting)
			}
		}
	}
	return nil, nil
}

// checkDone is of a Go plugin's, which does its effects itself.
func (e Effect) checkDone() (key []string, problem error) {
	for _, of := range []struct {
		key string
		is  bool
	}{{"url", e.URL != ""}, {"method", e.Method != ""}, {"headers", e.Headers != nil}} {
		if of.is {
			return []string{of.key}, fmt.Errorf("%s is for JavaScript; a Go plugin does its effects itself, in Effect of plugin.Extension", of.key)
		}
	}
	return nil, nil
}

var methods = []string{"POST", "PUT", "PATCH"}

// ownHeaders are those that the server sets.
var ownHeaders = []string{"Idempotency-Key", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade", "Te", "Expect", "Proxy-Connection", "Keep-Alive"}

// checkCall is of JavaScript's, which the server does by calling a URL. Which
// addresses may be called is the operator's to say.
func (e Effect) checkCall() (key []string, problem error) {
	if e.URL == "" {
		return nil, errors.New("say what the server is to call for it, like url: https://api.example/book")
	}
	if problem := checkURL(e.URL); problem != nil {
		return []string{"url"}, problem
	}
	if e.Method != "" && !slices.Contains(methods, e.Method) {
		return []string{"method"}, fmt.Errorf("the method must be %s, as the call has the data in it and does something: it was %q", strings.Join(methods, ", "), e.Method)
	}
	for _, name := range protocol.SortedKeys(e.Headers) {
		at := []string{"headers", name}
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			return at, fmt.Errorf("%q can't be the name of a header", name)
		case slices.Contains(ownHeaders, textproto.CanonicalMIMEHeaderKey(name)):
			return at, fmt.Errorf("the header %s is the server's to set", name)
		case !httpguts.ValidHeaderFieldValue(e.Headers[name]):
			return at, fmt.Errorf("the header %s has a character that no header may have", name)
		}
		if problem := checkBraces(e.Headers[name]); problem != nil {
			return at, problem
		}
	}
	return nil, nil
}

func checkURL(text string) error {
	if err := checkBraces(text); err != nil {
		return err
	}
	const must = "the url must be like https://api.example/book (http only where the operator allows it)"
	u, err := url.Parse(hooks.WithSettings(text, func(string) string { return "x" }))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", must, err)
	case u.Fragment != "":
		return fmt.Errorf("%s: what stands behind # isn't sent", must)
	case strings.HasPrefix(text, "{"): // a setting has the beginning
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return fmt.Errorf("%s, was %q", must, text)
	case u.User != nil:
		return fmt.Errorf("%s: a password belongs into headers, as a setting", must)
	}
	return nil
}

// checkBraces: each is of a setting's name.
func checkBraces(text string) error {
	if slices.Contains(hooks.SettingsIn(text), "") || strings.ContainsAny(hooks.WithSettings(text, func(string) string { return "" }), "{}") {
		return errors.New("braces are for the name of a setting, like {api_key}")
	}
	return nil
}

// setting is the first setting in URL and headers that isn't known, and where.
func (e Effect) setting(known func(string) bool) (key []string, name string) {
	first := func(text string, at ...string) bool {
		for _, s := range hooks.SettingsIn(text) {
			if !known(s) {
				key, name = at, s
				return true
			}
		}
		return false
	}
	if first(e.URL, "url") {
		return key, name
	}
	for _, header := range protocol.SortedKeys(e.Headers) {
		if first(e.Headers[header], "headers", header) {
			break
		}
	}
	return key, name
}

// checkSettings: what effects name are settings of the schema.
func (m *Manifest) checkSettings() (path []string, problem error) {
	known := func(name string) bool { return m.schema.of != nil && m.schema.of.Properties[name] != nil }
	for _, effect := range protocol.SortedKeys(m.Effects) {
		if key, name := m.Effects[effect].setting(known); key != nil {
			return append([]string{"effects", effect}, key...), fmt.Errorf("%s: {%s} is none of the settings that stand under properties in %s", effect, name, m.Config)
		}
	}
	return nil, nil
}
