package protocol

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Merge is the rule by which a field takes a new value (protocol, "Fields").
type Merge string

// The merge rules.
const (
	// Last: the later arrival wins.
	Last Merge = "last"
	// Guarded: as last, but refused where the base is stale.
	Guarded Merge = "guarded"
	// Counter: line.inc adds up; a set is as last.
	Counter Merge = "counter"
	// First: the first value stands.
	First Merge = "first"
	// Union: arrays as sets, a set adds.
	Union Merge = "union"
)

// Type is the JSON type of a field's values. One that a client doesn't know is
// any.
//
//shape:open
type Type string

// The types of fields. An id is a number or a string. An integer is a whole
// number; a time is an instant in RFC 3339, in UTC where it is stored.
const (
	TypeString  Type = "string"
	TypeNumber  Type = "number"
	TypeInteger Type = "integer"
	TypeTime    Type = "time"
	TypeBool    Type = "boolean"
	TypeID      Type = "id"
	TypeIDs     Type = "id[]"
	TypeStrings Type = "string[]"
	TypeOrder   Type = "order"
	TypeAny     Type = "any"
	// TypeArray and TypeObject hold any JSON inside.
	TypeArray  Type = "array"
	TypeObject Type = "object"
)

// Role is what a number of an orderline does to the line's price (package
// price has the rule). A field without a role does nothing to it.
type Role string

// The roles. Percentages are of 100; the rest is money in the currency of the
// server.
const (
	// RoleUnitSurcharge is added to the price of one.
	RoleUnitSurcharge Role = "unit_surcharge"
	// RolePercentDiscount is taken off, as the core's discount is.
	RolePercentDiscount Role = "percent_discount"
	// RolePercentSurcharge is put on.
	RolePercentSurcharge Role = "percent_surcharge"
	// RoleMoneyDiscount is taken off the whole line.
	RoleMoneyDiscount Role = "money_discount"
	// RoleMoneySurcharge is put on the whole line.
	RoleMoneySurcharge Role = "money_surcharge"
	// RoleUnitDeposit is put on for each one, and no percentage is of it.
	RoleUnitDeposit Role = "unit_deposit"
)

// Roles are all roles.
var Roles = []Role{
	RoleUnitSurcharge, RolePercentDiscount, RolePercentSurcharge, RoleMoneyDiscount, RoleMoneySurcharge, RoleUnitDeposit,
}

// IsPercent reports whether the values are percentages.
func (r Role) IsPercent() bool { return r == RolePercentDiscount || r == RolePercentSurcharge }

// IsMoney reports whether the values are money. Those of a role that a later
// version has are neither.
func (r Role) IsMoney() bool { return !r.IsPercent() && slices.Contains(Roles, r) }

// IsUnit reports whether the values are money for each one of the quantity.
func (r Role) IsUnit() bool { return r == RoleUnitSurcharge || r == RoleUnitDeposit }

// OwnerCore is the owner of the fields that every server has.
const OwnerCore = "core"

const maxDescription = 2000 // characters (protocol, "Fields")

// FieldSpec is what is known of one field.
type FieldSpec struct {
	Type    Type   `json:"type"`
	Merge   Merge  `json:"merge"`
	Owner   string `json:"owner"`
	Derived bool   `json:"derived" shape:"optional"`
	Label   string `json:"label" shape:"optional"`
	// Labels are labels in other languages, by BCP 47 tag in lower case: fr, pt-br.
	Labels map[string]string `json:"labels,omitempty"`
	Edit   bool              `json:"edit" shape:"optional"`
	Show   string            `json:"show" shape:"optional"`
	// Role is what the field does to a line's price; "" is nothing.
	Role Role `json:"role,omitempty"`
	// Enum are the values that it may have, and of a list the entries.
	Enum []Value `json:"enum,omitempty"`
	// Min and Max bound a number's value, how many characters (code points) a
	// text has, or how many entries a list; without one there is no bound.
	Min Value `json:"min,omitempty" shape:"number"`
	Max Value `json:"max,omitempty" shape:"number"`
	// Pattern is a regular expression for a whole text, in what RE2 and
	// JavaScript (flags su) read alike.
	Pattern string `json:"pattern,omitempty"`
	// Found: no manifest declares the field, running its code showed it. Its
	// type says how to ask for a value and how to show one; a value of any
	// other type is as good (Odoo's code writes false for none, say).
	Found bool `json:"found,omitempty"`
}

// Schema is what fields orders and orderlines have, the core's and those of
// the enabled extensions. It is never changed once made.
type Schema struct {
	Order     map[Field]FieldSpec `json:"order"`
	Orderline map[Field]FieldSpec `json:"orderline"`
}

// In is the schema as people read it who prefer these languages, BCP 47 tags like
// fr-CH, the best first: each label in the first of them that the field has. A
// language without its own region's label takes the language's (RFC 4647, section
// 3.4). English is that of Label. inLanguages in sdk/js/src/fields.ts is the same;
// testdata/labels.json has cases of both.
func (s *Schema) In(languages ...string) *Schema {
	specs := func(all map[Field]FieldSpec) map[Field]FieldSpec {
		in := make(map[Field]FieldSpec, len(all))
		for name, spec := range all {
			spec.Label = spec.labelIn(languages)
			in[name] = spec
		}
		return in
	}
	return &Schema{Order: specs(s.Order), Orderline: specs(s.Orderline)}
}

func (f *FieldSpec) labelIn(languages []string) string {
	for _, tag := range languages {
		for tag = strings.ToLower(tag); tag != ""; tag = tag[:max(0, strings.LastIndexByte(tag, '-'))] {
			if label := f.Labels[tag]; label != "" {
				return label
			}
			if tag == "en" {
				return f.Label
			}
		}
	}
	return f.Label
}

// CoreSchema is the schema without any extension.
func CoreSchema() *Schema {
	core := func(t Type, m Merge, label string) FieldSpec {
		return FieldSpec{Type: t, Merge: m, Owner: OwnerCore, Label: label, Edit: true}
	}
	description := core(TypeString, Last, "Description")
	description.Max = Int(maxDescription)
	return &Schema{
		Order: map[Field]FieldSpec{
			"partner_id":         core(TypeID, Last, "Customer"),
			"pricelist_id":       core(TypeID, Last, "Pricelist"),
			"fiscal_position_id": core(TypeID, Last, "Fiscal position"),
			"follows":            core(TypeOrder, First, "Follows"),
			FieldRemoved:         {Type: TypeStrings, Merge: Last, Owner: OwnerCore, Derived: true, Label: "Removed by tills"},
		},
		Orderline: map[Field]FieldSpec{
			"product_id":  core(TypeID, First, "Product"),
			"qty":         core(TypeNumber, Counter, "Quantity"),
			"price_unit":  core(TypeNumber, Guarded, "Unit price"),
			"discount":    core(TypeNumber, Guarded, "Discount"),
			"tax_ids":     core(TypeIDs, Last, "Taxes"),
			"description": description,
		},
	}
}

// DecodeSchema reads the answer to GET /v1/schema, of a later version too: it
// leaves out members that it doesn't know or whose values have another type than
// here, and fields without a merge rule. The error is an [Unreadable]. readSchema
// in sdk/js/src/fields.ts is the same; testdata/schema.json has cases of both.
func DecodeSchema(raw []byte) (*Schema, error) {
	var all struct {
		Order, Orderline map[Field]json.RawMessage
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, Unreadable{What: "schema", Err: err}
	}
	if all.Order == nil || all.Orderline == nil {
		return nil, Unreadable{What: "schema", Err: errors.New("order or orderline is missing")}
	}
	return &Schema{Order: decodeFields(all.Order), Orderline: decodeFields(all.Orderline)}, nil
}

func decodeFields(raw map[Field]json.RawMessage) map[Field]FieldSpec {
	specs := make(map[Field]FieldSpec, len(raw))
	for name, text := range raw {
		var members map[string]json.RawMessage
		_ = json.Unmarshal(text, &members)
		var spec FieldSpec
		for key, value := range members {
			one := spec
			if alone, err := json.Marshal(map[string]json.RawMessage{key: value}); err == nil && json.Unmarshal(alone, &one) == nil {
				spec = one
			}
		}
		for _, bound := range []*Value{&spec.Min, &spec.Max} {
			if _, isNumber := bound.Decimal(); !isNumber {
				*bound = ""
			}
		}
		if spec.Merge != "" {
			specs[name] = spec
		}
	}
	return specs
}
