package protocol

import (
	"encoding/json"
	"slices"
	"strings"
)

// Union is what the merge rule [Union] makes of a field that is v when it is
// set to more: the list v with the items of more that it lacks, behind its own
// and each once. Where more is {"add":[…],"remove":[…]}, either of which may be
// missing, the items of remove go first. A null v is an empty list, and so is
// one that is no list where such an object comes. More stands where it is null
// (the field is cleared), and where one of the two is no list.
func (v Value) Union(more Value) Value {
	var items, add []Value
	isList := v.IsNull() || v.Decode(&items) == nil
	if wish, ok := more.UnionWish(); ok {
		items = slices.DeleteFunc(items, func(item Value) bool { return slices.Contains(wish.Remove, item) })
		add = wish.Add
	} else if more.IsNull() || !isList || more.Decode(&add) != nil {
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

// UnionWish says what to take off a field of the merge rule [Union], and then
// what to add.
type UnionWish struct {
	Add    []Value `json:"add"`
	Remove []Value `json:"remove"`
}

// UnionWish reads {"add":[…],"remove":[…]}; false if v is anything else, an
// object with other keys too.
func (v Value) UnionWish() (w UnionWish, ok bool) {
	if v.Kind() != KindObject {
		return w, false
	}
	keys := map[string]json.RawMessage{}
	if v.Decode(&keys) != nil || v.Decode(&w) != nil {
		return w, false
	}
	for key, list := range keys {
		if (key != "add" && key != "remove") || list[0] != '[' {
			return w, false
		}
	}
	return w, true
}

// UnionChange is what to set a field of the merge rule [Union] to, so that v
// becomes is without undoing what other tills do meanwhile: what was added and
// what was removed. Where one of the two is no list it is is itself.
func (v Value) UnionChange(is Value) Value {
	var before, after []Value
	if is.Kind() != KindArray || is.Decode(&after) != nil || (!v.IsNull() && (v.Kind() != KindArray || v.Decode(&before) != nil)) {
		return is
	}
	lacking := func(items, in []Value) []Value {
		return slices.DeleteFunc(slices.Clone(items), func(item Value) bool { return slices.Contains(in, item) })
	}
	add, remove := lacking(after, before), lacking(before, after)
	switch {
	case len(remove) == 0:
		return listValue(add)
	case len(add) == 0:
		return Value(`{"remove":` + string(listValue(remove)) + `}`)
	}
	return Value(`{"add":` + string(listValue(add)) + `,"remove":` + string(listValue(remove)) + `}`)
}
