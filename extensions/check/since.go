package check

import (
	"context"
	"fmt"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/hosts"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/extensions/trial"
	"github.com/manytill/manytill/sdk/protocol"
)

// since holds the fields of an extension against the version before: what has other
// fields has another schema. It gives that version where migrate must take what it
// wrote. m is the manifest, or nil.
func (o Options) since(ctx context.Context, d extensions.Description, m *manifest.Manifest, r *Report) (*trial.Before, error) {
	if o.From == "" {
		return nil, nil
	}
	before, err := o.before(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s, given by --from, can't be looked at: %w", o.From, err)
	}
	raised := max(1, d.SchemaVersion) > before.Schema
	for _, model := range protocol.SortedKeys(before.Fields) {
		for _, f := range protocol.SortedKeys(before.Fields[model]) {
			was, now := before.Fields[model][f].Type, d.Fields[model][f].Type
			about := notes.Note{Code: notes.SchemaKept, Model: model, Field: f, Place: d.Uses[model][f].At}
			if m != nil {
				about.Place = m.Place("fields", string(model), string(f))
			}
			switch _, still := d.Fields[model][f]; {
			case !still && !raised:
				about.Place = notes.Place{File: o.Path}
				if m != nil {
					about.Place = m.Place("fields")
				}
				about.Message = fmt.Sprintf("%s.%s is gone since the version before, and the schema is still %d: what is stored of it stays, and no hook has to do with it", model, f, before.Schema)
			case !still || was == now || was == protocol.TypeAny || now == protocol.TypeAny:
				continue
			case !raised:
				about.Message = fmt.Sprintf("%s.%s has the type %s, and had %s in the version before; the schema is still %d: what is stored is handed over as it is", model, f, now, was, before.Schema)
			default:
				about.Code = notes.TypeChanged
				about.Message = fmt.Sprintf("%s.%s has the type %s, and had %s in the version before: what a till that is behind sets is left out", model, f, now, was)
			}
			r.add(about)
		}
	}
	if !raised {
		return nil, nil
	}
	return before, nil
}

// before is the version before, by its manifest; without one its code is loaded.
func (o Options) before(ctx context.Context) (*trial.Before, error) {
	source := hosts.Source{Paths: []string{o.From}}
	m, err := source.Manifest()
	if err != nil {
		return nil, err
	}
	if m != nil {
		return &trial.Before{Schema: m.SchemaVersion, Fields: declared(m).Fields}, nil
	}
	host, err := o.start(ctx, source)
	if err != nil {
		return nil, err
	}
	return &trial.Before{Schema: 1, Fields: host.Describe().Fields}, host.Close()
}

// migrations runs the program's migrate on what the version before may have written;
// nil: on what any may.
func (p *probing) migrations(ctx context.Context, before *trial.Before) error {
	if p.ended || ctx.Err() != nil {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := trial.Migrations(within, p.host, p.d, before)
	for i := range found {
		found[i].Place = p.at.of(found[i])
	}
	p.r.add(found...)
	if err != nil && ctx.Err() == nil {
		err = nil // its process ended: that is said
	}
	return err
}
