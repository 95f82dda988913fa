package javascript

import (
	"errors"
	"reflect"
	"slices"

	"github.com/dop251/goja"

	"github.com/manytill/manytill/sdk"
)

// errNoValue is of what JSON hasn't: undefined, NaN, a function, a stand-in.
var errNoValue = errors.New("no JSON value")

// export copies what export_as_JSON gave, before anything can change it: what
// a vendor wrote, but of the base's keys only own ones; nil is all.
// It is called within guard.
func (r *runtime) export(result goja.Value, own map[string]bool) (sdk.Fields, error) {
	object, ok := result.(*goja.Object)
	if !ok {
		return nil, errors.New("export_as_JSON gave no object: return the one that super gives, with your keys on it")
	}
	keys, get, written := exportedKeys(object)
	fields := sdk.Fields{}
	for _, key := range keys {
		if isBaseKey(key) && !own[key] && (own != nil || !written) {
			continue
		}
		if own == nil {
			r.wrote = append(r.wrote, key)
		}
		text, err := r.toJSON(get(key))
		switch {
		case errors.Is(err, errNoValue):
		case err != nil:
			return nil, err
		default:
			fields[sdk.Field(key)] = text
		}
	}
	return fields, nil
}

// exportedKeys are those that a vendor wrote, where that is known; of another
// object all that it has.
func exportedKeys(object *goja.Object) (keys []string, get func(string) goja.Value, written bool) {
	if object.ExportType() == viewType {
		v, _ := object.Export().(*view)
		return v.order, func(key string) goja.Value { return v.written[key] }, true
	}
	return object.Keys(), object.Get, false
}

// toJSON is the canonical form of a value.
func (r *runtime) toJSON(value goja.Value) (sdk.Value, error) {
	raw, err := r.appendJSON(nil, value, 0)
	if err != nil {
		return "", err
	}
	text, err := sdk.ParseValue(raw)
	if errors.Is(err, sdk.ErrDecimalSize) {
		return "", errNoValue
	}
	return text, err
}

var viewType = reflect.TypeFor[*view]()

// maxExport is the largest exported value, in bytes.
const maxExport = 1 << 20

func (r *runtime) appendJSON(to []byte, value goja.Value, depth int) ([]byte, error) {
	if value == nil || goja.IsUndefined(value) {
		return nil, errNoValue
	}
	if goja.IsNull(value) {
		return append(to, "null"...), nil
	}
	if depth > sdk.MaxDepth || len(to) > maxExport {
		return nil, errNoValue
	}
	switch v := value.(type) {
	case *goja.Object:
		return r.appendObject(to, v, depth)
	case *goja.Symbol:
		return nil, errNoValue
	}
	switch v := value.Export().(type) {
	case string:
		return sdk.AppendString(to, v), nil
	case bool:
		if v {
			return append(to, "true"...), nil
		}
		return append(to, "false"...), nil
	case int64:
		return append(to, sdk.Int(int(v))...), nil
	case float64:
		d, err := sdk.DecimalOf(v)
		if err != nil {
			return nil, errNoValue
		}
		return append(to, d.String()...), nil
	}
	return nil, errNoValue
}

func (r *runtime) appendObject(to []byte, o *goja.Object, depth int) ([]byte, error) {
	if _, callable := goja.AssertFunction(o); callable {
		return nil, errNoValue
	}
	if is, err := r.standIn(goja.Undefined(), o); err != nil || is.ToBoolean() {
		return nil, errNoValue
	}
	if other, ok, err := r.unwrapped(o); err != nil {
		return nil, err
	} else if ok {
		return r.appendJSON(to, other, depth+1)
	}
	if o.ClassName() == "Array" {
		return r.appendArray(to, o, depth)
	}
	to = append(to, '{')
	first := true
	for _, key := range o.Keys() {
		value := o.Get(key)
		if value == nil || goja.IsUndefined(value) {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = append(sdk.AppendString(to, key), ':')
		var err error
		if to, err = r.appendJSON(to, value, depth+1); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

func (r *runtime) appendArray(to []byte, o *goja.Object, depth int) ([]byte, error) {
	length := o.Get("length").ToInteger()
	if length > maxArray {
		return nil, errNoValue
	}
	to = append(to, '[')
	for i := range length {
		if i > 0 {
			to = append(to, ',')
		}
		value := o.Get(index(int(i)))
		if value == nil || goja.IsUndefined(value) {
			value = goja.Null() // as JSON.stringify has it
		}
		var err error
		if to, err = r.appendJSON(to, value, depth+1); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

// unwrapped is what toJSON makes of a date or a model, and what is in a
// wrapped primitive.
func (r *runtime) unwrapped(o *goja.Object) (value goja.Value, ok bool, err error) {
	if slices.Contains([]string{"Number", "String", "Boolean"}, o.ClassName()) {
		return r.ToValue(o.Export()), true, nil
	}
	call, is := goja.AssertFunction(o.Get("toJSON"))
	if !is {
		return nil, false, nil
	}
	value, err = call(o)
	return value, true, err
}
