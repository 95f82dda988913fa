package probe

import (
	"fmt"
	"time"

	"github.com/manytill/manytill/extensions/javascript/internal/vm"
	"github.com/manytill/manytill/sdk/protocol"
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
func marker(k kind, i, turn int) protocol.Value {
	switch k {
	case kindText:
		return protocol.Text(probedAt.Add(time.Duration(i)*time.Minute + time.Duration(turn)*time.Second).Format(time.DateTime))
	case kindNumber:
		return protocol.Int(20 + 2*i + turn)
	case kindArray:
		return protocol.Value(fmt.Sprintf(`[[0,0,{"id":%d,"probe":%d}]]`, i, turn))
	case kindObject:
		return protocol.Value(fmt.Sprintf(`{"probe":"%d %d"}`, i, turn))
	case kindBool:
		return protocol.Value(fmt.Sprint(turn == 0))
	case kindJSON:
		return protocol.Text(fmt.Sprintf(`{"probe":"%d %d"}`, i, turn))
	case kindDay:
		return protocol.Text(probedAt.AddDate(0, 0, 2*i+turn).Format(time.DateOnly))
	case kindAmount:
		return protocol.Text(fmt.Sprintf("%d.%d0", 20+2*i, turn))
	case kindIDs:
		return protocol.Value(fmt.Sprintf("[[6,0,[%d,%d]]]", 20+2*i, turn))
	}
	return protocol.Value(k)
}

// marked are the keys that get markers, sorted: not those of the core.
func marked(model protocol.Model, found map[string]*finding) []string {
	var keys []string
	for _, key := range protocol.SortedKeys(found) {
		if _, core := coreFields(model)[protocol.Field(key)]; !core && !vm.IsHanded(model, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

func coreFields(model protocol.Model) map[protocol.Field]protocol.FieldSpec {
	if model == protocol.ModelOrderline {
		return protocol.CoreSchema().Orderline
	}
	return protocol.CoreSchema().Order
}

func values(keys []string, k kind) protocol.Fields {
	fields := protocol.Fields{}
	for i, key := range keys {
		fields[protocol.Field(key)] = marker(k, i, 0)
	}
	return fields
}
