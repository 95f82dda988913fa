package javascript

import (
	"fmt"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/sdk/protocol"
)

// claimDeclared takes a manifest's fields; probing says which are one-way.
func claimDeclared(d *extensions.Description, m *manifest.Manifest, model protocol.Model, found map[string]*finding) {
	for _, name := range protocol.SortedKeys(m.Fields[model]) {
		info := extensions.FieldInfo{FieldSpec: m.Fields[model][name].Spec(m.Name)}
		if f := found[string(name)]; f != nil && f.tried {
			info.OneWay = f.written && !f.roundTrip && !info.Derived
			info.NotTakenOver = f.stays && !info.Derived
			if !info.Derived {
				f.tell(d, model, string(name))
			}
		}
		d.Fields[model][name] = info
	}
	for _, key := range protocol.SortedKeys(found) {
		f := found[key]
		if _, own := d.Fields[model][protocol.Field(key)]; !own && (f.stranger || (f.written && !isReserved(model, key))) {
			stranger(d, model, key, f)
		}
	}
}

func stranger(d *extensions.Description, model protocol.Model, key string, f *finding) {
	d.Strangers[model][protocol.Field(key)] = extensions.Stranger{Odoos: isReserved(model, key), At: f.at}
}

// claimFound takes the fields that probing found.
func claimFound(d *extensions.Description, model protocol.Model, found map[string]*finding) {
	for _, key := range protocol.SortedKeys(found) {
		f := found[key]
		switch {
		case !f.written:
			// Only read: it belongs to nobody.
			if f.assigned != "" && !isReserved(model, key) {
				d.Notes = append(d.Notes, fmt.Sprintf("%s.%s is restored and never exported: if it is a field of this extension's, export_as_JSON must give it", model, key))
			}
		case isReserved(model, key), !protocol.ValidID(key):
			stranger(d, model, key, f)
		default:
			d.Fields[model][protocol.Field(key)] = extensions.FieldInfo{
				FieldSpec: protocol.FieldSpec{
					Type: f.fieldType(), Merge: protocol.Last, Owner: d.Name, Label: key, Edit: f.roundTrip, Found: true,
				},
				OneWay: !f.roundTrip, NotTakenOver: f.stays,
			}
			f.tell(d, model, key)
		}
	}
}

// tell notes why what hooks export under a key isn't taken.
func (f *finding) tell(d *extensions.Description, model protocol.Model, key string) {
	var why []string
	switch {
	case f.unstable:
		why = append(why, "is one-way: the hooks gave something else when they ran again on the same record (what they keep between runs?); what tills set stands")
	case f.computed, !f.roundTrip && f.written && f.assigned == protocol.HookApply:
		why = append(why, "is computed by apply_ms_data: if only the hooks give it a value, say derived: true of it in a manifest")
	case !f.roundTrip && f.written && f.assigned != "":
		why = append(why, "is computed by init_from_JSON: if only the hooks give it a value, say derived: true of it in a manifest")
	case !f.roundTrip && f.written:
		why = append(why, "is one-way: exported, but neither init_from_JSON nor apply_ms_data reads it; what tills set stands")
	}
	if f.stays {
		why = append(why, "is not taken over by apply_ms_data: what tills set stands")
	}
	for _, w := range why {
		d.Notes = append(d.Notes, fmt.Sprintf("%s.%s %s", model, key, w))
		d.NotTaken[model] = append(d.NotTaken[model], protocol.Field(key))
	}
}

// ownKeys are what export reads even where the base has a key of that name.
func ownKeys(d extensions.Description) map[protocol.Model]map[string]bool {
	own := map[protocol.Model]map[string]bool{}
	for model, fields := range d.Fields {
		own[model] = map[string]bool{}
		for name := range fields {
			own[model][string(name)] = true
		}
	}
	return own
}
