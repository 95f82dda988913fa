package protocol

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// RecordKeys are what a model's record has beside its fields: no field has
// such a name, as it would never reach its hooks.
func RecordKeys(model Model) []Field {
	keys := []Field{"uid", "id", FieldMSInfo}
	if model == ModelOrder {
		keys = []Field{"uid", "name", "sequence_number", KeyLines, KeyPayments, FieldMSInfo}
	}
	return append(keys, keysMT...)
}

var fieldName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]{0,63}$`)

// core is the core's schema, to look at only.
var core = sync.OnceValue(CoreSchema)

// IsFieldName reports whether a field can be called so at all.
func IsFieldName(name Field) bool { return fieldName.MatchString(string(name)) }

// IsCoreField reports whether a name is the core's.
func IsCoreField(model Model, name Field) bool {
	fields := core().Order
	if model == ModelOrderline {
		fields = core().Orderline
	}
	_, is := fields[name]
	return is || name == FieldMSInfo || strings.HasPrefix(string(name), "mt_")
}

// CheckFieldName says why no extension can have a field of this name.
func CheckFieldName(model Model, name Field) error {
	switch {
	case !IsFieldName(name):
		return fmt.Errorf("a field's name is 1 to 64 of A-Z a-z 0-9 _ $ and starts with none of 0-9, was %.80q", string(name))
	case slices.Contains(RecordKeys(model), name):
		return fmt.Errorf("the name %s is taken: it is what the %s's record calls its own; choose another", name, model)
	case strings.HasPrefix(string(name), "mt_"):
		return fmt.Errorf("names that begin with mt_ are the core's: choose another for %q", name)
	case IsCoreField(model, name):
		return fmt.Errorf("the name %s is the core's, and tills write it; choose another for what is yours", name)
	}
	return nil
}
