package order

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// Mutation is a decoded wish. One whose shape is wrong is decoded as far as it
// goes: its id counts all the same, and its payments may have to be kept.
type Mutation struct {
	ID   protocol.MutationID
	User *protocol.User
	At   string // as the till wrote it, if it is a time
	Ops  []Op
	// Orders are the ids that the ops mention, each once.
	Orders []protocol.OrderID
	// Shape is the first thing that is wrong with it; nil if nothing is.
	Shape *protocol.Rejection
	// Hash is of the canonical JSON: the same id with another hash is reused.
	Hash [16]byte
	Raw  []byte
}

// Op is one decoded step. Which members count is up to its kind, see
// [protocol.Op], whose members it has as the merge needs them: numbers as
// decimals, a set with the values that can't be one (docs/decisions/0013).
type Op struct {
	Kind    protocol.OpKind
	Order   protocol.OrderID
	Line    protocol.LineID
	Set     []Setting
	Field   protocol.Field
	By      decimal.Decimal
	Payment Payment
	State   protocol.State
	Lines   []protocol.LineID
	To      protocol.OrderID
	Base    *protocol.Seq

	at  string // its place in the mutation: ops[3]
	bad bool   // its shape is wrong; see Mutation.Shape
}

// Setting is one entry of a `set`. Err says why its value can't be a value.
type Setting struct {
	Field protocol.Field
	Value protocol.Value
	Err   error
}

// Pays reports whether it holds an order.pay, also one that was done before.
func (m *Mutation) Pays() bool {
	return slices.ContainsFunc(m.Ops, func(op Op) bool { return op.Kind == protocol.KindOrderPay && !op.bad })
}

// Limits bound what one mutation may hold and an order may grow to.
type Limits struct {
	Ops        int // of a mutation
	Fields     int // of a set
	Lines      int // of an order, those that went too
	Payments   int // of an order
	ValueBytes int // of a field's value
	// OrderBytes bounds an order without its payments, PaymentBytes these. What
	// the open orders that one POS created may be: OpenOrders, and OpenBytes all
	// together. 0 is no limit.
	OrderBytes, PaymentBytes int
	OpenOrders, OpenBytes    int
}

// DefaultLimits are generous for a shop and small for a server: 5000 ordinary
// lines fit into an order, 300 payments with long references too, and a POS
// may leave a hundred orders of twenty lines open each week for a year.
var DefaultLimits = Limits{
	Ops: 1000, Fields: 200, Lines: 5000, Payments: 1000, ValueBytes: 64 << 10,
	OrderBytes: 2 << 20, PaymentBytes: 256 << 10, OpenOrders: 5000, OpenBytes: 32 << 20,
}

// ErrID is returned by [Decode] for a mutation without a usable id.
var ErrID = errors.New("must be a whole number from 1 to 9007199254740991")

// Decode reads one element of a push's mutations, which is valid JSON. The
// only error is [ErrID]: everything else that may be wrong is a rejection of
// this mutation alone and stands in Shape.
func Decode(raw []byte, limits Limits) (*Mutation, error) {
	object := gjson.ParseBytes(raw)
	m := &Mutation{Raw: raw}
	n, whole := wholeNumber(object.Get("id"))
	if !object.IsObject() || !whole || n < 1 || n > int64(protocol.MaxMutationID) {
		return nil, ErrID
	}
	m.ID = protocol.MutationID(n)
	var err error
	if m.Hash, err = canonicalHash(raw); err != nil {
		return nil, fmt.Errorf("mutation %d: %w", n, err)
	}
	d := decoder{mutation: m, limits: limits}
	d.user(object.Get("user"))
	d.at(object.Get("at"))
	d.ops(object.Get("ops"))
	return m, nil
}

// wholeNumber reads a JSON number that is whole, however it is spelled: 17,
// 17.0 and 1.7e1 are one number.
func wholeNumber(v gjson.Result) (int64, bool) {
	if v.Type != gjson.Number {
		return 0, false
	}
	if n, err := strconv.ParseInt(v.Raw, 10, 64); err == nil {
		return n, true
	}
	d, err := decimal.Parse(v.Raw)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(d.String(), 10, 64)
	return n, err == nil
}

// canonicalHash is of RFC 8785's form, so that white space, the order of keys
// and the spelling of numbers make no difference.
func canonicalHash(raw []byte) (hash [16]byte, err error) {
	canonical := jsontext.Value(append(make([]byte, 0, len(raw)), raw...))
	err = canonical.Format(
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true),
		jsontext.CanonicalizeRawInts(true), jsontext.CanonicalizeRawFloats(true),
		jsontext.ReorderRawObjects(true))
	sum := sha256.Sum256(canonical)
	copy(hash[:], sum[:])
	return hash, err
}

// decoder fills a mutation and notes the first thing that is wrong.
type decoder struct {
	mutation *Mutation
	limits   Limits
}

// wrong notes a rejection, unless there is one already. It returns false so
// that a check can end with it.
func (d *decoder) wrong(code protocol.Code, at, format string, args ...any) bool {
	if d.mutation.Shape == nil {
		d.mutation.Shape = &protocol.Rejection{Code: code, At: at, Message: at + " " + fmt.Sprintf(format, args...)}
	}
	return false
}

func (d *decoder) user(v gjson.Result) {
	if !v.Exists() || v.Type == gjson.Null {
		return
	}
	if !v.IsObject() {
		d.wrong(protocol.Invalid, "user", "must be an object with id and name")
		return
	}
	var user protocol.User
	if d.text(v.Get("id"), "user.id", 1, 200, &user.ID) && d.text(v.Get("name"), "user.name", 0, 200, &user.Name) {
		d.mutation.User = &user
	}
}

func (d *decoder) at(v gjson.Result) {
	if !v.Exists() || v.Type == gjson.Null {
		return
	}
	if _, err := time.Parse(time.RFC3339Nano, v.Str); v.Type != gjson.String || err != nil || len(v.Str) > 64 {
		d.wrong(protocol.Invalid, "at", "must be a time as in RFC 3339, like 2026-11-21T09:59:58Z")
		return
	}
	d.mutation.At = v.Str
}

func (d *decoder) ops(v gjson.Result) {
	if !v.IsArray() {
		d.wrong(protocol.Invalid, "ops", "must be a list with at least one op")
		return
	}
	n := 0
	v.ForEach(func(_, op gjson.Result) bool {
		if n == d.limits.Ops {
			d.tooMany("ops", d.limits.Ops, "ops in one mutation")
		}
		if n >= d.limits.Ops && op.Get("op").Str != string(protocol.KindOrderPay) {
			n++ // what is beyond the limit counts only as money that was taken
			return true
		}
		d.mutation.Ops = append(d.mutation.Ops, d.op(op, "ops["+strconv.Itoa(n)+"]"))
		n++
		return true
	})
	if n == 0 {
		d.wrong(protocol.Invalid, "ops", "must be a list with at least one op")
	}
}

func (d *decoder) tooMany(at string, limit int, what string) bool {
	d.wrong(protocol.LimitReached, at, "holds more than %d %s", limit, what)
	if d.mutation.Shape.Code == protocol.LimitReached && d.mutation.Shape.Limit == 0 {
		d.mutation.Shape.Limit = limit
	}
	return false
}

func (d *decoder) mention(id protocol.OrderID) {
	for _, known := range d.mutation.Orders {
		if known == id {
			return
		}
	}
	d.mutation.Orders = append(d.mutation.Orders, id)
}
