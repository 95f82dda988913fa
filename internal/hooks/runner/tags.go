package runner

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/manytill/manytill/sdk/protocol"
)

// tagName is the struct tag of a field that is synced by itself.
const tagName = "sync"

// tags are the tagged fields of a vendor's struct.
type tags []tagged

type tagged struct {
	index int
	key   protocol.Field
}

var knownTags sync.Map // reflect.Type → tags

// tagsOf reads the tags of what instance points to, once for each type.
func tagsOf(instance any) (tags, error) {
	t := reflect.TypeOf(instance)
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct || reflect.ValueOf(instance).IsNil() {
		return nil, fmt.Errorf("the func of a model must return a pointer to a new struct, such as new(Order); it returned %T", instance)
	}
	t = t.Elem()
	if known, ok := knownTags.Load(t); ok {
		return known.(tags), nil
	}
	var found tags
	for i := range t.NumField() {
		f := t.Field(i)
		key, ok := f.Tag.Lookup(tagName)
		switch {
		case !ok:
			continue
		case key == "":
			return nil, fmt.Errorf("%s.%s: the tag %s names no field; write it like `sync:\"points\"`", t, f.Name, tagName)
		case !f.IsExported():
			return nil, fmt.Errorf("%s.%s has the tag sync:%q and isn't exported: begin its name with a capital letter", t, f.Name, key)
		}
		if twice := slices.IndexFunc(found, func(g tagged) bool { return g.key == protocol.Field(key) }); twice >= 0 {
			return nil, fmt.Errorf("%s.%s and %s have the same tag sync:%q: only one of them can be that field", t, t.Field(found[twice].index).Name, f.Name, key)
		}
		found = append(found, tagged{i, protocol.Field(key)})
	}
	knownTags.Store(t, found)
	return found, nil
}

func (t tags) fill(instance any, from *record) error {
	for _, f := range t {
		into := reflect.ValueOf(instance).Elem().Field(f.index).Addr().Interface()
		if err := from.Get(f.key, into); err != nil {
			return err
		}
	}
	return nil
}

// export sets each tagged field, but a zero one that the record doesn't have:
// so not every record gets one.
func (t tags) export(instance any, merged, out *record) error {
	for _, f := range t {
		v := reflect.ValueOf(instance).Elem().Field(f.index)
		if v.IsZero() && !merged.Has(f.key) {
			continue
		}
		if err := out.set(f.key, v.Interface(), reflect.TypeOf(instance).Elem().Field(f.index).Name); err != nil {
			return err
		}
	}
	return nil
}
