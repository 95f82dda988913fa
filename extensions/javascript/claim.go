package javascript

import (
	"fmt"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk"
)

// claimDeclared takes a manifest's fields; probing says which are one-way.
func claimDeclared(d *extensions.Description, m *manifest.Manifest, model sdk.Model, found map[string]*finding) {
	for _, name := range sdk.SortedKeys(m.Fields[model]) {
		info := extensions.FieldInfo{FieldSpec: m.Fields[model][name].Spec(m.Name)}
		if f := found[string(name)]; f != nil && f.tried {
			info.OneWay = f.written && !f.roundTrip && !info.Derived
			info.NotTakenOver = f.stays && !info.Derived
		}
		d.Fields[model][name] = info
	}
	for _, key := range sdk.SortedKeys(found) {
		if _, own := d.Fields[model][sdk.Field(key)]; !own && found[key].written && !isReserved(model, key) {
			d.Notes = append(d.Notes, fmt.Sprintf("%s.%s is exported but isn't in the manifest: it is not stored; add it to fields", model, key))
		}
	}
}

// claimFound takes the fields that probing found.
func claimFound(d *extensions.Description, model sdk.Model, found map[string]*finding) {
	for _, key := range sdk.SortedKeys(found) {
		f := found[key]
		switch {
		case !f.written:
			// Only read: it belongs to nobody.
			if f.assigned && !isReserved(model, key) {
				d.Notes = append(d.Notes, fmt.Sprintf("%s.%s is restored and never exported: if it is a field of this extension's, export_as_JSON must give it", model, key))
			}
		case isReserved(model, key):
			d.Notes = append(d.Notes, fmt.Sprintf("%s.%s is not claimed: the name is Odoo's or the core's own; choose another, or say in a manifest what it is", model, key))
		case !sdk.ValidID(key):
			d.Notes = append(d.Notes, fmt.Sprintf("%s.%.80q is not claimed: it can't be a field's name", model, key))
		default:
			d.Fields[model][sdk.Field(key)] = extensions.FieldInfo{
				FieldSpec: sdk.FieldSpec{
					Type: f.fieldType(), Merge: sdk.Last, Owner: d.Name, Label: key, Edit: f.roundTrip, Found: true,
				},
				OneWay: !f.roundTrip, NotTakenOver: f.stays,
			}
			d.Notes = append(d.Notes, f.notes(model, key)...)
		}
	}
}

func (f *finding) notes(model sdk.Model, key string) (notes []string) {
	switch {
	case f.unstable:
		notes = append(notes, fmt.Sprintf("%s.%s is one-way: the hooks gave something else when they ran again on the same record (what they keep between runs?); what tills set stands", model, key))
	case f.computed, !f.roundTrip && f.assigned:
		notes = append(notes, fmt.Sprintf("%s.%s is computed by apply_ms_data: if only the hooks give it a value, say derived: true of it in a manifest", model, key))
	case !f.roundTrip:
		notes = append(notes, fmt.Sprintf("%s.%s is one-way: exported, but neither init_from_JSON nor apply_ms_data reads it; what tills set stands", model, key))
	}
	if f.stays {
		notes = append(notes, fmt.Sprintf("%s.%s is not taken over by apply_ms_data: what tills set stands", model, key))
	}
	return notes
}

// ownKeys are what export reads even where the base has a key of that name.
func ownKeys(d extensions.Description) map[sdk.Model]map[string]bool {
	own := map[sdk.Model]map[string]bool{}
	for model, fields := range d.Fields {
		own[model] = map[string]bool{}
		for name := range fields {
			own[model][string(name)] = true
		}
	}
	return own
}
