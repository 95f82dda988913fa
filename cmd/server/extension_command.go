package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

type extensionCommand struct {
	New extensionNew `cmd:"" help:"Make the folder of a new extension, which works as it is."`

	Import extensionImport `cmd:"" help:"Make an extension's folder of a module for Odoo 8 to 19, and say what it syncs and what stays behind."`

	Add    extensionAdd    `cmd:"" help:"Add a packed extension to a server's config, or another version of it."`
	Pack   extensionPack   `cmd:"" help:"Check an extension, and make one file of it (.mtx)."`
	Keygen extensionKeygen `cmd:"" help:"Make a key to sign extensions with."`
	Sign   extensionSign   `cmd:"" help:"Sign a packed extension."`
	Verify extensionVerify `cmd:"" help:"Say whether a packed extension is whole, and who signed it."`

	List   extensionList   `cmd:"" help:"Show the enabled extensions, their fields and how they do."`
	Reload extensionReload `cmd:"" help:"Read the config again and swap all extensions, while tills work."`

	Check extensionCheck `cmd:"" help:"Check an extension before a shop does. No server is needed."`
	Dev   extensionDev   `cmd:"" help:"Serve a demo with an extension that is being written: whenever its files are saved, both tills have it."`
	Test  extensionSuite `cmd:"" help:"Try an extension on two tills: what every extension must do, and its own cases in testdata. No server is needed."`

	Bench extensionBench `cmd:"" help:"Measure what an extension's hooks cost: time and bytes for a changed line and its order."`
	Types extensionTypes `cmd:"" help:"Print TypeScript types of orders and lines with all fields, or the JSON Schema of extension.yaml."`

	Trace   extensionTrace   `cmd:"" help:"Show the last runs of an extension's hooks: what they were given, what they made of it."`
	Replay  extensionReplay  `cmd:"" help:"Run a kept failure, veto or slow call again, on a working copy of the extension."`
	Shadow  extensionShadow  `cmd:"" help:"Run a new version of an extension over a shop's history, and say which records would become others."`
	Storage extensionStorage `cmd:"" help:"Show what an extension has stored for each multi-session, or drop a key of it."`

	Enable  extensionEnable  `cmd:"" help:"Enable an extension of the config, and write that into the config."`
	Disable extensionDisable `cmd:"" help:"Disable an extension, and write that into the config."`
}

const extensionsPath = "/v1/admin/extensions"

// extensions is what both calls answer.
type extensionsAnswer struct {
	Extensions []protocol.ExtensionStatus `json:"extensions"`
	Disabled   []protocol.ExtensionTag    `json:"disabled"`
}

type extensionList struct{ adminFlags }

func (e *extensionList) Run(ctx context.Context, s streams) error {
	return e.show(ctx, s, "GET", extensionsPath, nil)
}

type extensionReload struct{ adminFlags }

func (e *extensionReload) Run(ctx context.Context, s streams) error {
	return e.show(ctx, s, "POST", extensionsPath+"/reload", nil)
}

// extensionName is an argument: its name as the list shows it.
type extensionName struct {
	Name string `arg:"" help:"Its name, as extension list shows it."`
}

type extensionEnable struct {
	adminFlags
	extensionName
}

func (e *extensionEnable) Run(ctx context.Context, s streams) error {
	return e.turn(ctx, s, e.Name, true)
}

type extensionDisable struct {
	adminFlags
	extensionName
}

func (e *extensionDisable) Run(ctx context.Context, s streams) error {
	return e.turn(ctx, s, e.Name, false)
}

func (f adminFlags) turn(ctx context.Context, s streams, name string, on bool) error {
	return f.show(ctx, s, "PATCH", extensionsPath+"/"+url.PathEscape(name), map[string]bool{"enabled": on})
}

func (f adminFlags) show(ctx context.Context, s streams, method, path string, body any) error {
	o, err := f.open(ctx, s)
	if err != nil {
		return err
	}
	o.advice = map[protocol.Code]string{
		protocol.NotFound: "See `manytill extension list`",
		protocol.Conflict: "Mend that in the server's config or in the extension, then: manytill extension reload",
	}
	var answer extensionsAnswer
	if err := o.do(method, path, body, &answer); err != nil {
		return err
	}
	if o.JSON {
		return o.printJSON(answer)
	}
	if len(answer.Extensions)+len(answer.Disabled) == 0 {
		return o.say(nil, "No extension is enabled. Name one under extensions: in the server's config, then: manytill extension reload")
	}
	for _, x := range answer.Extensions {
		if err := o.say(nil, "%s", extensionText(x)); err != nil {
			return err
		}
	}
	for _, x := range answer.Disabled {
		if err := o.say(nil, "%s: disabled; its fields go on syncing", x.Name); err != nil {
			return err
		}
	}
	return nil
}

// extensionText is an extension in words: what it owns, how it does, and what
// its operator should know.
func extensionText(x protocol.ExtensionStatus) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", x.Name)
	if x.Version != "" {
		fmt.Fprintf(&b, " %s", x.Version)
	}
	fmt.Fprintf(&b, ": %s, %d calls, %.1f ms", x.State, x.Calls, x.TimeMS)
	if x.Signer != "" {
		fmt.Fprintf(&b, "\n  signed by %s", x.Signer)
	}
	if x.SuspendedUntil != "" {
		fmt.Fprintf(&b, "\n  not called until %s, it failed too often", x.SuspendedUntil)
	}
	if len(x.SkippedOrders) > 0 {
		fmt.Fprintf(&b, "\n  left out, because it fails on them again and again: %s", list(x.SkippedOrders))
	}
	for _, of := range []struct {
		what   string
		fields []protocol.Field
	}{{"order", x.Fields.Order}, {"line", x.Fields.Orderline}} {
		if len(of.fields) > 0 {
			fmt.Fprintf(&b, "\n  fields of the %s: %s", of.what, list(of.fields))
		}
	}
	for _, note := range x.Notes {
		fmt.Fprintf(&b, "\n  note: %s", note)
	}
	if x.Shadow != nil {
		b.WriteString(shadowText(x.Shadow))
	}
	for _, e := range x.Errors {
		fmt.Fprintf(&b, "\n  error: %s%s%s", hookPrefix(e), e.Message, placeText(e))
	}
	return b.String()
}

// shadowText is how a new version does beside the old one, in words.
func shadowText(s *protocol.ExtensionShadow) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "\n  shadow %s since %s: %d of %d records would differ", s.Version, s.Since, s.Differ, s.Runs)
	for _, more := range []struct {
		n    uint64
		what string
	}{{s.NotRun, "couldn't be run"}, {s.Dropped, "weren't compared, as too many waited"}} {
		if more.n > 0 {
			fmt.Fprintf(b, "; %d %s", more.n, more.what)
		}
	}
	for i := range s.Found {
		f := &s.Found[i]
		fmt.Fprintf(b, "\n    %s order %s", f.At, f.Order)
		if f.Line != "" {
			fmt.Fprintf(b, ", line %s", f.Line)
		}
		if f.Was != f.Is {
			fmt.Fprintf(b, ": %s → %s (%s)", f.Was, f.Is, shortened(f.Message))
		}
		for _, d := range f.Differences {
			fmt.Fprintf(b, "\n      %s: %s → %s", d.Key, shortened(string(d.Before)), shortened(string(d.After)))
		}
	}
	return b.String()
}

// hookPrefix is the hook where the message doesn't begin with it.
func hookPrefix(e protocol.ExtensionError) string {
	if e.Hook == "" || strings.HasPrefix(e.Message, e.Hook+": ") {
		return ""
	}
	return e.Hook + ": "
}

// placeText says when, how often and on what an error came.
func placeText(e protocol.ExtensionError) string {
	text := "\n    at " + e.At
	if e.Count > 1 {
		text = fmt.Sprintf("\n    %d times, from %s to %s, the last", e.Count, e.First, e.At)
	}
	if e.Order != "" {
		text += " on order " + string(e.Order)
	}
	if e.Line != "" {
		text += ", line " + string(e.Line)
	}
	return text
}

func list[T ~string](fields []T) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}
