package trial

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// Before are the fields of an earlier version, and its schema.
type Before struct {
	Schema int
	Fields map[protocol.Model]map[protocol.Field]extensions.FieldInfo
}

// Migrations runs migrate on what earlier versions may have written: before's fields,
// all of them and each alone. Without before (nil) nobody knows those, but that any may
// be missing. It ends with ctx.
func Migrations(ctx context.Context, of Runner, d extensions.Description, before *Before) ([]notes.Note, error) {
	m := &migrations{ctx: ctx, of: of, d: &d}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		if !d.Migrates[model] {
			continue
		}
		if before == nil {
			for from := d.SchemaVersion - 1; from > 0; from-- {
				m.try(model, from, protocol.Fields{}, fmt.Sprintf("with none of the fields that an %s of schema %d may have", model, from))
			}
			continue
		}
		all := protocol.Fields{}
		for _, f := range protocol.SortedKeys(before.Fields[model]) {
			if list := Values(before.Fields[model][f], 0); len(list) > 0 {
				all[f] = list[0]
			}
		}
		m.try(model, before.Schema, all, "with all fields of the version before")
		for _, f := range protocol.SortedKeys(all) {
			m.try(model, before.Schema, protocol.Fields{f: all[f]}, "with "+string(f)+" alone")
		}
	}
	return m.notes, m.err
}

type migrations struct {
	ctx   context.Context
	of    Runner
	d     *extensions.Description
	notes []notes.Note
	err   error
}

// try runs migrate on fields, and again at another time.
func (m *migrations) try(model protocol.Model, from int, fields protocol.Fields, what string) {
	run := func(later bool) (*hooks.Snapshot, hooks.Result) {
		record := Record(model, nil, nil)
		record.From, record.Merged, record.Lines, record.Parent = from, fields, nil, nil
		if later {
			record.At, record.Seed = record.At.Add(26*time.Hour), 99
		}
		results, err := m.of.Run(m.ctx, &extensions.Batch{Records: []hooks.Record{record}})
		switch {
		case err == nil && len(results) != 1:
			err = fmt.Errorf("%d results of a record", len(results))
		case err == nil && m.ctx.Err() != nil:
			err = context.Cause(m.ctx)
		}
		if m.err = err; err != nil {
			return record, hooks.Result{Err: err}
		}
		return record, results[0]
	}
	if m.err != nil || m.said(model) {
		return
	}
	record, gave := run(false)
	if m.err != nil {
		return
	}
	became, err := m.d.Migrated(record, &gave)
	if err != nil {
		m.failed(model, err, fmt.Sprintf("from schema %d, %s", from, what))
		return
	}
	record, gave = run(true)
	if again, err := m.d.Migrated(record, &gave); m.err == nil && (err != nil || !maps.Equal(became, again)) {
		m.notes = append(m.notes, notes.Note{
			Code: notes.Clock, Model: model, Hook: protocol.HookMigrate, Place: m.d.HooksAt[model][protocol.HookMigrate],
			Message: "migrate gives something else at another time, or by chance: it may be called twice for the same data, and must give the same",
		})
	}
}

func (m *migrations) said(model protocol.Model) bool {
	for _, n := range m.notes {
		if n.Model == model {
			return true
		}
	}
	return false
}

func (m *migrations) failed(model protocol.Model, err error, on string) {
	note := notes.Note{Code: notes.MigrateFails, Model: model, Hook: protocol.HookMigrate, Place: m.d.HooksAt[model][protocol.HookMigrate]}
	words := err.Error()
	if failed := notes.Failures(err); len(failed) > 0 {
		words = failed[0].Message
		if failed[0].Place.File != "" {
			note.Place = failed[0].Place
		}
	} else if in := (*hooks.HookError)(nil); errors.As(err, &in) {
		words = in.Err.Error()
	}
	note.Message = "migrate fails " + on + ": " + words
	m.notes = append(m.notes, note)
}
