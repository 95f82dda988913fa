package javascript

import (
	"fmt"
	"time"

	"github.com/manytill/manytill/sdk"
)

// kind is a kind of marker.
type kind string

const (
	kindText   kind = "text"
	kindNumber kind = "number"
	kindArray  kind = "array"
	kindObject kind = "object"
	kindTrue   kind = "true"
	kindFalse  kind = "false"
	kindBool   kind = "boolean" // both of them
	// A text and an array in forms that only some hooks take.
	kindJSON   kind = "text of JSON"
	kindDay    kind = "text of a day"
	kindAmount kind = "text of an amount"
	kindIDs    kind = "array of ids"
)

var kinds = []kind{kindText, kindNumber, kindArray, kindObject, kindTrue, kindFalse, kindJSON, kindDay, kindAmount, kindIDs}

// marker is a value that tells its key: the i-th; turn tells stored from
// merged. The text is a time as Odoo writes it, the array holds a triple: so
// hooks that turn such into something else and back are seen to do so. Texts
// of JSON, of a day and of an amount are for those that read such, and ids are in the command that Odoo
// replaces a list with.
func marker(k kind, i, turn int) sdk.Value {
	switch k {
	case kindText:
		return sdk.Text(probedAt.Add(time.Duration(i)*time.Minute + time.Duration(turn)*time.Second).Format(time.DateTime))
	case kindNumber:
		return sdk.Int(20 + 2*i + turn)
	case kindArray:
		return sdk.Value(fmt.Sprintf(`[[0,0,{"id":%d,"probe":%d}]]`, i, turn))
	case kindObject:
		return sdk.Value(fmt.Sprintf(`{"probe":"%d %d"}`, i, turn))
	case kindBool:
		return sdk.Value(fmt.Sprint(turn == 0))
	case kindJSON:
		return sdk.Text(fmt.Sprintf(`{"probe":"%d %d"}`, i, turn))
	case kindDay:
		return sdk.Text(probedAt.AddDate(0, 0, 2*i+turn).Format(time.DateOnly))
	case kindAmount:
		return sdk.Text(fmt.Sprintf("%d.%d0", 20+2*i, turn))
	case kindIDs:
		return sdk.Value(fmt.Sprintf("[[6,0,[%d,%d]]]", 20+2*i, turn))
	}
	return sdk.Value(k)
}

// marked are the keys that get markers, sorted: not those of the core.
func marked(model sdk.Model, found map[string]*finding) []string {
	var keys []string
	for _, key := range sdk.SortedKeys(found) {
		if _, core := coreFields(model)[sdk.Field(key)]; !core && !isHanded(model, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func coreFields(model sdk.Model) map[sdk.Field]sdk.FieldSpec {
	if model == sdk.ModelOrderline {
		return sdk.CoreSchema().Orderline
	}
	return sdk.CoreSchema().Order
}

// isHanded: the host itself says what stands there.
func isHanded(model sdk.Model, key string) bool {
	keys := orderKeys
	if model == sdk.ModelOrderline {
		keys = lineKeys
	}
	for _, k := range keys {
		if k == key {
			return true
		}
	}
	return false
}

func values(keys []string, k kind) sdk.Fields {
	fields := sdk.Fields{}
	for i, key := range keys {
		fields[sdk.Field(key)] = marker(k, i, 0)
	}
	return fields
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
func (f *finding) fieldType() sdk.Type {
	found := sdk.TypeAny
	for k := range f.back {
		if found != sdk.TypeAny && found != typeOf[k] {
			return sdk.TypeAny
		}
		found = typeOf[k]
	}
	return found
}

var typeOf = map[kind]sdk.Type{
	kindText: sdk.TypeString, kindJSON: sdk.TypeString, kindDay: sdk.TypeString, kindAmount: sdk.TypeString,
	kindNumber: sdk.TypeNumber, kindArray: sdk.TypeArray, kindIDs: sdk.TypeArray,
	kindObject: sdk.TypeObject, kindBool: sdk.TypeBool,
}
