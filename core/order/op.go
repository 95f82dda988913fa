package order

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// arguments reads what each kind of op takes beside its order.
var arguments = map[protocol.OpKind]func(*decoder, gjson.Result, *Op) bool{
	protocol.KindOrderCreate: (*decoder).setIfAny,
	protocol.KindOrderSet:    all((*decoder).set, (*decoder).base),
	protocol.KindOrderPay:    (*decoder).payment,
	protocol.KindOrderClose:  all((*decoder).state, (*decoder).base),
	protocol.KindLineAdd:     all((*decoder).line, (*decoder).set),
	protocol.KindLineSet:     all((*decoder).line, (*decoder).set, (*decoder).base),
	protocol.KindLineInc:     all((*decoder).line, (*decoder).increment),
	protocol.KindLineRemove:  (*decoder).line,
	protocol.KindLineMove:    all((*decoder).lines, (*decoder).target),
}

type argument = func(*decoder, gjson.Result, *Op) bool

func all(readers ...argument) argument {
	return func(d *decoder, v gjson.Result, op *Op) bool {
		for _, read := range readers {
			if !read(d, v, op) {
				return false
			}
		}
		return true
	}
}

func (d *decoder) op(v gjson.Result, at string) (op Op) {
	op = Op{at: at, bad: true}
	if !v.IsObject() {
		d.wrong(protocol.Invalid, at, "must be an object")
		return op
	}
	kind := v.Get("op")
	if kind.Type != gjson.String {
		d.wrong(protocol.Invalid, at+".op", "must be the name of an op")
		return op
	}
	op.Kind = protocol.OpKind(kind.Str)
	read, known := arguments[op.Kind]
	if !known {
		d.wrong(protocol.UnknownOp, at+".op", "is no op that this server knows: %.40q", kind.Str)
		return op
	}
	if !readID(d, v.Get("order"), at+".order", &op.Order) {
		return op
	}
	d.mention(op.Order)
	op.bad = !read(d, v, &op)
	return op
}

func readID[S ~string](d *decoder, v gjson.Result, at string, id *S) bool {
	if v.Type != gjson.String || !protocol.ValidID(v.Str) {
		return d.wrong(protocol.Invalid, at, "must be an id: 1 to 64 of A-Z a-z 0-9 . _ - :")
	}
	*id = S(strings.Clone(v.Str)) // an order that is kept must not keep the text of its mutation
	return true
}

func (d *decoder) text(v gjson.Result, at string, least, most int, s *string) bool {
	if n := utf8.RuneCountInString(v.Str); v.Type != gjson.String || n < least || n > most {
		return d.wrong(protocol.Invalid, at, "must be a text of %d to %d characters", least, most)
	}
	*s = strings.Clone(v.Str)
	return true
}

func (d *decoder) decimal(v gjson.Result, at string, n *decimal.Decimal) bool {
	if v.Type != gjson.Number {
		return d.wrong(protocol.Invalid, at, "must be a number")
	}
	var err error
	if *n, err = decimal.Parse(v.Raw); err != nil {
		return d.wrong(protocol.Invalid, at, "%s", err)
	}
	return true
}

func (d *decoder) line(v gjson.Result, op *Op) bool {
	return readID(d, v.Get("line"), op.at+".line", &op.Line)
}

func (d *decoder) set(v gjson.Result, op *Op) bool {
	at, object := op.at+".set", v.Get("set")
	if !object.IsObject() {
		return d.wrong(protocol.Invalid, at, "must be an object of fields and values")
	}
	ok := true
	object.ForEach(func(key, value gjson.Result) bool {
		if len(op.Set) == d.limits.Fields {
			ok = d.tooMany(at, d.limits.Fields, "fields in one set")
			return false
		}
		s := Setting{Field: protocol.Field(strings.Clone(key.Str))}
		s.Value, s.Err = protocol.ParseValue([]byte(value.Raw))
		if len(s.Value) > d.limits.ValueBytes {
			ok = d.tooMany(at+"."+key.Str, d.limits.ValueBytes, "bytes")
			return false
		}
		op.Set = append(op.Set, s)
		return true
	})
	return ok
}

// setIfAny: a new order's may be missing.
func (d *decoder) setIfAny(v gjson.Result, op *Op) bool {
	return !v.Get("set").Exists() || d.set(v, op)
}

func (d *decoder) base(v gjson.Result, op *Op) bool {
	base := v.Get("base")
	if !base.Exists() || base.Type == gjson.Null {
		return true
	}
	n, whole := wholeNumber(base)
	if !whole || n < 0 {
		return d.wrong(protocol.Invalid, op.at+".base", "must be a seq: a whole number from 0")
	}
	seq := protocol.Seq(n)
	op.Base = &seq
	return true
}

func (d *decoder) increment(v gjson.Result, op *Op) bool {
	field := v.Get("field")
	if field.Type != gjson.String || field.Str == "" {
		return d.wrong(protocol.Invalid, op.at+".field", "must be the name of a field")
	}
	op.Field = protocol.Field(strings.Clone(field.Str))
	return d.decimal(v.Get("by"), op.at+".by", &op.By)
}

func (d *decoder) state(v gjson.Result, op *Op) bool {
	state := v.Get("state")
	op.State = protocol.State(strings.Clone(state.Str))
	if state.Type != gjson.String || (op.State != protocol.Paid && op.State != protocol.Cancelled) {
		return d.wrong(protocol.Invalid, op.at+".state", "must be paid or cancelled")
	}
	return true
}

func (d *decoder) target(v gjson.Result, op *Op) bool {
	at := op.at + ".to"
	if !readID(d, v.Get("to"), at, &op.To) {
		return false
	}
	if op.To == op.Order {
		return d.wrong(protocol.Invalid, at, "must be another order than the one that the lines leave")
	}
	d.mention(op.To)
	return true
}

func (d *decoder) lines(v gjson.Result, op *Op) bool {
	at, list := op.at+".lines", v.Get("lines")
	if !list.IsArray() {
		return d.wrong(protocol.Invalid, at, "must be a list of line ids")
	}
	ok, seen := true, map[protocol.LineID]bool{}
	list.ForEach(func(_, item gjson.Result) bool {
		var id protocol.LineID
		place := at + "[" + strconv.Itoa(len(op.Lines)) + "]"
		if len(op.Lines) == d.limits.Lines {
			ok = d.tooMany(at, d.limits.Lines, "lines")
		} else if ok = readID(d, item, place, &id); ok && seen[id] {
			ok = d.wrong(protocol.Invalid, place, "names the same line again")
		}
		seen[id] = true
		op.Lines = append(op.Lines, id)
		return ok
	})
	if ok && len(op.Lines) == 0 {
		return d.wrong(protocol.Invalid, at, "must name at least one line")
	}
	return ok
}

func (d *decoder) payment(v gjson.Result, op *Op) bool {
	at, object, p := op.at+".payment", v.Get("payment"), &op.Payment
	if !object.IsObject() {
		return d.wrong(protocol.Invalid, at, "must be an object with id, method and amount")
	}
	if !readID(d, object.Get("id"), at+".id", &p.ID) ||
		!d.text(object.Get("method"), at+".method", 1, 64, &p.Method) ||
		!d.decimal(object.Get("amount"), at+".amount", &p.Amount) {
		return false
	}
	if ref := object.Get("ref"); ref.Exists() && ref.Type != gjson.Null && !d.text(ref, at+".ref", 0, 2000, &p.Ref) {
		return false
	}
	switch offline := object.Get("offline"); {
	case !offline.Exists(), offline.Type == gjson.Null:
	case offline.IsBool():
		p.Offline = offline.Bool()
	default:
		return d.wrong(protocol.Invalid, at+".offline", "must be true or false")
	}
	return true
}
