package probe

import (
	"fmt"
	"slices"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/extensions/manifest"
	"github.com/manytill/manytill/extensions/notes"
	"github.com/manytill/manytill/sdk/protocol"
)

// finding is what is known of one key of a model.
type finding struct {
	written   bool // exported in some probe, or by its text
	back      map[kind]bool
	read      bool // by init or apply, in some probe or by their text
	applied   bool // read by apply
	use       extensions.Use
	assigned  string      // the hook, init or (rather) apply, whose text gives it a value
	stranger  bool        // a probe exported it, as something else than the base gives
	at        notes.Place // where it is written
	stays     bool        // apply doesn't take it over
	computed  bool        // apply makes something else of it
	state     bool        // its text exports what stands on the model: this.x
	unstable  bool        // the same record gave something else
	tried     bool        // a probe with a marker for it came through
	roundTrip bool
}

func newFinding() *finding { return &finding{back: map[kind]bool{}} }

// take notes what came of one marker.
func (f *finding) take(k kind, back bool) {
	f.tried = true
	if back {
		f.back[k] = true
	}
}

// settle decides whether a key makes the round trip: a hook reads it, and it is
// exported. Markers that come back tell its type. A constant equals one of the
// booleans by chance: both must come back.
func (f *finding) settle() {
	if f.back[kindTrue] && f.back[kindFalse] {
		f.back[kindBool] = true
	}
	delete(f.back, kindTrue)
	delete(f.back, kindFalse)
	f.roundTrip = f.written && f.read && !f.unstable
}

// taken notes what apply_ms_data made of a key.
func (f *finding) taken(export, stored, merged protocol.Value) {
	f.stays = !f.applied && export == stored
	f.computed = !f.applied && export != stored && export != merged
}

// kind is one that makes the round trip.
func (f *finding) kind() (kind, bool) {
	for _, k := range []kind{kindText, kindNumber, kindArray, kindObject, kindBool, kindJSON, kindDay, kindAmount, kindIDs} {
		if f.back[k] {
			return k, true
		}
	}
	return "", false
}

// fieldType is what round trips say of the type.
func (f *finding) fieldType() protocol.Type {
	found := protocol.TypeAny
	for k := range f.back {
		if found != protocol.TypeAny && found != typeOf[k] {
			return protocol.TypeAny
		}
		found = typeOf[k]
	}
	return found
}

var typeOf = map[kind]protocol.Type{
	kindText: protocol.TypeString, kindJSON: protocol.TypeString, kindDay: protocol.TypeString, kindAmount: protocol.TypeString,
	kindNumber: protocol.TypeNumber, kindArray: protocol.TypeArray, kindIDs: protocol.TypeArray,
	kindObject: protocol.TypeObject, kindBool: protocol.TypeBool,
}

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
		if slices.Contains(d.Writes[model], protocol.Field(key)) {
			continue
		}
		if _, own := d.Fields[model][protocol.Field(key)]; !own && (f.stranger || (f.written && !vm.IsReserved(model, key))) {
			stranger(d, model, key, f)
		}
	}
}

func stranger(d *extensions.Description, model protocol.Model, key string, f *finding) {
	d.Strangers[model][protocol.Field(key)] = extensions.Stranger{Odoos: vm.IsReserved(model, key), At: f.at}
}

// claimFound takes the fields that probing found.
func claimFound(d *extensions.Description, model protocol.Model, found map[string]*finding) {
	for _, key := range protocol.SortedKeys(found) {
		f := found[key]
		switch {
		case !f.written:
			// Only read: it belongs to nobody.
			if f.assigned != "" && !vm.IsReserved(model, key) {
				d.Notes = append(d.Notes, notes.Note{
					Code: notes.NotExported, Model: model, Field: protocol.Field(key), Hook: f.assigned,
					Message: fmt.Sprintf("%s.%s is restored and never exported", model, key), Fix: "if it is a field of this extension's, export_as_JSON must give it",
				})
			}
		case vm.IsReserved(model, key), !protocol.ValidID(key):
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
	type reason struct {
		code      notes.Code
		hook, why string
	}
	var why []reason
	say := func(code notes.Code, hook, words string) { why = append(why, reason{code, hook, words}) }
	switch {
	case f.unstable:
		say(notes.ModuleState, "", "is one-way: the hooks gave something else when they ran again on the same record (what they keep between runs?); what tills set stands")
	case f.computed && (f.read || f.assigned != ""), !f.roundTrip && f.written && f.assigned == protocol.HookApply:
		say(notes.Computed, protocol.HookApply, "is computed by apply_ms_data: if only the hooks give it a value, say derived: true of it in a manifest")
	case !f.roundTrip && f.written && f.assigned != "":
		say(notes.Computed, protocol.HookInit, "is computed by init_from_JSON: if only the hooks give it a value, say derived: true of it in a manifest")
	case !f.roundTrip && f.written:
		code := notes.ExportOnly
		if f.state {
			code = notes.OneWay
		}
		say(code, protocol.HookExport, "is one-way: exported, but neither init_from_JSON nor apply_ms_data reads it; what tills set stands")
	}
	if f.stays {
		say(notes.NotApplied, protocol.HookApply, "is not taken over by apply_ms_data: what tills set stands")
	}
	for _, w := range why {
		d.Notes = append(d.Notes, notes.Note{
			Code: w.code, Place: f.at, Model: model, Field: protocol.Field(key), Hook: w.hook, Message: fmt.Sprintf("%s.%s %s", model, key, w.why),
		})
		d.NotTaken[model] = append(d.NotTaken[model], protocol.Field(key))
	}
}
