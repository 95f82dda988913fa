package sdk

import (
	"slices"
	"strings"
)

// Union is the list v with the items of more that it lacks, behind its own and
// each once: what the merge rule [Union] makes of a field. A null v is an
// empty list; more stands where it is null (the field is cleared) and where
// one of the two is no list.
func (v Value) Union(more Value) Value {
	var items, add []Value
	if more.IsNull() || more.Decode(&add) != nil || (!v.IsNull() && v.Decode(&items) != nil) {
		return more
	}
	texts := make([]string, 0, len(items)+len(add))
	for _, item := range items {
		texts = append(texts, string(item))
	}
	for _, item := range add {
		if !slices.Contains(texts, string(item)) {
			texts = append(texts, string(item))
		}
	}
	return Value("[" + strings.Join(texts, ",") + "]")
}
