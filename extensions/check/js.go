package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// checkJavaScript loads the files in this process, and takes what loading says:
// most there is to know. What takes longer is looked at here.
func checkJavaScript(ctx context.Context, o Options, m *manifest.Manifest, r *Report) error {
	host, err := o.start(ctx, o.source(o.Path))
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		r.failed(err)
		return nil
	}
	d := host.Describe()
	r.describe(d)
	r.add(d.Screen...)
	if err := errors.Join(o.together(ctx, host, m, r), r.costs(ctx, host, d)); err != nil {
		return errors.Join(err, host.Close())
	}
	if m != nil {
		r.unused(m, d)
	}
	before, err := o.since(ctx, d, m, r)
	if err == nil && before != nil {
		var found []notes.Note
		found, err = trial.Migrations(ctx, host, d, before)
		r.add(found...)
	}
	if err != nil {
		return errors.Join(err, host.Close())
	}
	return errors.Join(o.otherOrder(ctx, m, host, r), host.Close())
}

// unused notes declared fields that no hook has to do with, where hooks have to do
// with others.
func (r *Report) unused(m *manifest.Manifest, d extensions.Description) {
	for _, model := range protocol.SortedKeys(d.Fields) {
		for _, f := range protocol.SortedKeys(d.Fields[model]) {
			if use := d.Uses[model][f]; d.Hooks[model] && !use.Init && !use.Apply && !use.Export {
				r.add(notes.Note{
					Code: notes.Unused, Place: m.Place("fields", string(model), string(f)), Model: model, Field: f,
					Message: fmt.Sprintf("%s.%s is declared, and no hook reads or gives it", model, f),
				})
			}
		}
	}
}

// otherOrder loads the files of a folder in the opposite order. A manifest that
// lists them says which is right.
func (o Options) otherOrder(ctx context.Context, m *manifest.Manifest, host extensions.Host, r *Report) error {
	if info, err := os.Stat(o.Path); err != nil || !info.IsDir() || m != nil {
		return err
	}
	files, err := javascript.Files([]string{o.Path})
	if err != nil || len(files) < 2 {
		return err
	}
	slices.Reverse(files)
	found := func(at notes.Place, f protocol.Field, model protocol.Model, words string) {
		r.add(notes.Note{Code: notes.LoadOrder, Place: at, Model: model, Field: f, Message: "loaded in the opposite order of its files, " + words})
	}
	other, err := javascript.Load(ctx, javascript.Options{Paths: files, Name: host.Describe().Name, Config: o.Settings, Log: o.Log})
	if err != nil {
		at, why := notes.Place{File: files[0]}, err.Error()
		if failed := notes.Failures(err); len(failed) > 0 {
			at, why = failed[0].Place, failed[0].Message
		}
		found(at, "", "", "it can't be loaded: "+why)
		return ctx.Err()
	}
	defer func() { _ = other.Close() }()
	left := func(all []notes.Note) []notes.Note {
		return slices.DeleteFunc(slices.Clone(all), func(n notes.Note) bool { return n.Code != notes.FileLeftOut })
	}
	for _, n := range left(other.Describe().Notes) {
		if !slices.Contains(left(host.Describe().Notes), n) {
			found(n.Place, "", "", n.Message)
		}
	}
	return o.compare(ctx, host, other, found)
}

// compare runs the hooks of both on the same records.
func (o Options) compare(ctx context.Context, one, other extensions.Host, found func(notes.Place, protocol.Field, protocol.Model, string)) error {
	a, b := one.Describe(), other.Describe()
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		if !a.Hooks[model] && !b.Hooks[model] {
			continue
		}
		at := a.HooksAt[model][protocol.HookExport]
		for _, f := range protocol.SortedKeys(a.Fields[model]) {
			if _, has := b.Fields[model][f]; !has {
				found(at, f, model, fmt.Sprintf("it has no field %s.%s", model, f))
			}
		}
		fields := a.Tried[model]
		x, err := runOne(ctx, one, trial.Record(model, nil, fields))
		if err != nil {
			return err
		}
		y, err := runOne(ctx, other, trial.Record(model, nil, fields))
		if err != nil {
			return err
		}
		for _, f := range protocol.SortedKeys(a.Fields[model]) {
			if x.Err == nil && y.Err == nil && x.Export[f] != y.Export[f] {
				found(at, f, model, fmt.Sprintf("the hooks give %s.%s as %.40s instead of %.40s", model, f, said(y.Export[f]), said(x.Export[f])))
			}
		}
	}
	return nil
}

func said(v protocol.Value) string {
	if v == "" {
		return "nothing"
	}
	return string(v)
}

// runOne runs the hooks on a record; without a deadline a host has one that a busy
// machine misses.
func runOne(ctx context.Context, host extensions.Host, record *hooks.Snapshot) (hooks.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, costPatient)
	defer cancel()
	results, err := host.Run(ctx, &extensions.Batch{Records: []hooks.Record{record}})
	if err != nil {
		return hooks.Result{}, err
	}
	if len(results) != 1 {
		return hooks.Result{}, fmt.Errorf("%d results of a record", len(results))
	}
	return results[0], ctx.Err()
}
