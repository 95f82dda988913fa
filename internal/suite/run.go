package suite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/goplugin"
	"github.com/manytill/manytill/internal/suite/cases"
	"github.com/manytill/manytill/internal/suite/shop"
	"github.com/manytill/manytill/sdk/protocol"
)

// Options say what to try, and how.
type Options struct {
	// Path is a JavaScript file, or the folder of an extension.
	Path string
	// With are other extensions of the same server, which it needs.
	With []string
	// From is the version before; "": nobody knows one.
	From string
	// Settings are the operator's; nil: those of the first case that has any.
	Settings map[string]any
	// Only and Skip choose checks and cases by name; nil: all, and none.
	Only, Skip *regexp.Regexp
	// Update writes what came into the cases that fail.
	Update bool
	// Process: this program is manytill itself, so that JavaScript is tried in a
	// process of its own, too.
	Process bool
	// Attach starts the extension in this process; nil: it is started as a server does.
	Attach func() (*goplugin.Reattach, error)
	// Timeout is of one call; 0: 5 s.
	Timeout time.Duration
	// Log gets what the extension writes; nil: nowhere.
	Log *slog.Logger
}

const defaultTimeout = 5 * time.Second

// trial is the suite under way.
type trial struct {
	ctx     context.Context
	o       Options
	subject *subject
	host    *watched
	d       extensions.Description
	fields  []*field
	// refused says why not even an order with two lines could be made; hung after
	// which taps a hook didn't end.
	refused, hung string
	// given is what the first case is given, where the usual order is refused.
	given    []protocol.Op
	settings map[string]any
}

type check struct {
	name string
	do   func(*trial, *Result)
}

// checks in their order. The first one finds hooks that hang: nothing else is tried
// with them.
var checks = []check{
	{"deadline", (*trial).deadline},
	{"round trip", (*trial).roundTrip},
	{"apply twice = once", (*trial).twice},
	{"two tills", (*trial).twoTills},
	{"odd input", (*trial).oddInput},
	{"0 and 500 lines", (*trial).manyLines},
	{"restart", (*trial).restart},
	{"upgrade", (*trial).upgrade},
	{"kill -9", (*trial).kill},
}

// Run tries an extension. An error says why it could not be tried.
func Run(ctx context.Context, o Options) (report *Report, err error) {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	s, err := find(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	mine, broken, err := s.cases()
	if err != nil {
		return nil, err
	}
	t := &trial{ctx: ctx, o: o, subject: s, settings: o.Settings}
	for _, c := range mine {
		if t.settings == nil {
			t.settings = c.Settings
		}
		if ops, err := c.GivenOps(); err == nil && s.given == nil {
			s.given = ops
		}
	}
	report = &Report{Kind: s.kind}
	if t.host, err = s.host(ctx, t.settings); err != nil {
		return nil, err
	}
	t.d = t.host.Describe()
	report.Name, report.Version = t.d.Name, t.d.Version
	if err := t.find(); err != nil {
		return nil, err
	}
	for _, c := range checks {
		report.take(t, c.name, c.do)
	}
	if o.From != "" {
		report.take(t, "version before", (*trial).versionBefore)
	}
	for _, failure := range broken {
		report.take(t, "case: "+failure.At, func(_ *trial, r *Result) { r.fail(failure) })
	}
	for _, c := range mine {
		report.take(t, "case: "+c.Name, func(t *trial, r *Result) { t.play(c, r) })
	}
	return report, nil
}

// take runs a check, if it is one of those that are wanted.
func (r *Report) take(t *trial, name string, do func(*trial, *Result)) {
	if t.o.Only != nil && !t.o.Only.MatchString(name) || t.o.Skip != nil && t.o.Skip.MatchString(name) {
		return
	}
	result := Result{Check: name, Verdict: OK}
	began := time.Now()
	do(t, &result)
	result.Seconds = float64(time.Since(began).Milliseconds()) / 1000
	r.Results = append(r.Results, result)
}

// cases are the vendor's, and what is wrong with those that can't be read.
func (s *subject) cases() (all []*cases.Case, broken []Failure, err error) {
	dir := s.o.Path
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		dir = dirOf(dir)
	}
	files, err := cases.Files(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		c, err := cases.Read(file)
		if err != nil {
			broken = append(broken, Failure{At: file, Did: "the case was read", Expected: "one that can be played", Came: err.Error()})
			continue
		}
		all = append(all, c)
	}
	return all, broken, nil
}

// play plays one of the vendor's cases.
func (t *trial) play(c *cases.Case, r *Result) {
	settings := c.Settings
	if settings == nil {
		settings = t.settings
	}
	host, err := t.subject.host(t.ctx, settings)
	if err != nil {
		r.fail(Failure{At: c.File, Did: "the extension was started with the settings of this case", Expected: "it to start", Came: err.Error()})
		return
	}
	found, err := c.Play(host, t.subject.others, t.o.Timeout)
	if err != nil {
		r.fail(Failure{At: c.File, Did: "the case was played", Expected: "one that can be played", Came: err.Error()})
		return
	}
	if t.o.Update && len(found) > 0 {
		text, err := c.Updated(found)
		if err == nil && string(text) != string(c.Text) {
			err = os.WriteFile(c.File, text, 0o644)
			r.note("%s was written anew: read what it expects now", c.File)
			if c, err2 := cases.Read(c.File); err == nil && err2 == nil {
				found, err = c.Play(host, t.subject.others, t.o.Timeout)
			}
		}
		if err != nil {
			r.fail(Failure{At: c.File, Did: "what came was written into the case", Expected: "it to be written", Came: err.Error()})
			return
		}
	}
	for _, m := range found {
		r.fail(Failure{At: m.At, Did: "after all steps", Expected: m.Expected, Came: m.Came, Model: m.Model, Line: m.Line, Field: m.Field, Till: m.Till})
	}
}

// open opens a shop with the extension, the one that nobody reads, and those that it
// needs.
func (t *trial) open() *shop.Shop { return t.openWith(t.o.Timeout, t.host) }

func (t *trial) openWith(timeout time.Duration, host extensions.Host) *shop.Shop {
	return shop.Open(shop.Options{Tills: []string{"A", "B"}, Hosts: t.chain(host), Timeout: timeout})
}

func (t *trial) chain(host extensions.Host) []extensions.Host {
	return append([]extensions.Host{host, nobodys}, t.subject.others...)
}

// broken takes what went wrong with the shop itself, or that hooks failed.
func (r *Result) broken(s *shop.Shop, did string) bool {
	if err := s.Err(); err != nil {
		r.fail(Failure{Did: did, Expected: "the shop to go on", Came: err.Error()})
		return true
	}
	failed := false
	for _, e := range s.Errors() {
		if e.Message == errTold.Error() {
			continue
		}
		on := fmt.Sprintf("order %s", e.Order)
		if e.Line != "" {
			on += ", line " + string(e.Line)
		}
		r.fail(Failure{Did: did, Expected: "no hook to fail", Came: fmt.Sprintf("%s (on %s)", withHook(e.Hook, e.Message), on)})
		failed = true
	}
	if words := s.Apart(); words != "" {
		r.fail(Failure{Did: did, Expected: "every till to show what is stored", Came: words})
		failed = true
	}
	return failed
}

// Checks are the names of all checks.
func Checks() (names []string) {
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}
