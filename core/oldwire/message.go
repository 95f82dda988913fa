package oldwire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/manytill/manytill/sdk/decimal"
	"github.com/manytill/manytill/sdk/protocol"
	"github.com/tidwall/gjson"
)

// The actions of a message.
const (
	updateOrder = "update_order"
	removeOrder = "remove_order"
	syncAll     = "sync_all"
)

// message is what an old till sends.
type message struct {
	action         string
	session, login int64 // name the page
	pos, user, run int64
	nonce          string
	uid            string // of a sync_all of one order
	immediate      bool   // a sync_all that is to be answered in the result
	data           gjson.Result
}

func decode(params gjson.Result) (*message, error) {
	raw := params.Get("message")
	data := raw.Get("data")
	m := &message{
		action: raw.Get("action").String(), session: raw.Get("session_id").Int(), login: raw.Get("login_number").Int(),
		pos: data.Get("pos_id").Int(), user: params.Get("user_ID").Int(), run: counted(data.Get("run_ID")), nonce: data.Get("nonce").String(),
		uid: first(raw.Get("uid"), data.Get("uid")), immediate: raw.Get("immediate_rerendering").Bool(), data: data,
	}
	const longest = 64
	switch {
	case !raw.IsObject() || !data.IsObject():
		return nil, protocol.Errorf(protocol.BadRequest, "the call has no message with data")
	case m.pos <= 0:
		return nil, protocol.Errorf(protocol.BadRequest, "message.data.pos_id is missing; it must be the number of the POS in Odoo")
	case len(m.nonce) > longest:
		return nil, protocol.Errorf(protocol.BadRequest, "message.data.nonce is longer than %d", longest)
	}
	return m, nil
}

// call names the call, which has the same name when it is repeated; "" if it can't be told.
// Nonces are short, and two pages may have one.
func (m *message) call() string {
	if m.nonce == "" {
		return ""
	}
	return fmt.Sprint(m.session, " ", m.login, " ", cut(m.data.Get("uid").String()), " ", m.nonce)
}

// counted is a number that a till counts, such as a revision; 0 for one that no till
// could have got.
func counted(v gjson.Result) int64 {
	const most = 1 << 52
	if n := v.Int(); n > 0 && n < most {
		return n
	}
	return 0
}

func first(values ...gjson.Result) string {
	for _, v := range values {
		if v.Type == gjson.String && v.Str != "" {
			return v.Str
		}
	}
	return ""
}

// posID is the POS here that one in Odoo is: pos.config 3 of the database shop is
// shop:3.
func posID(database string, number int64) protocol.POSID {
	return protocol.POSID(database + ":" + strconv.FormatInt(number, 10))
}

// numberOf is the number in Odoo of a POS; 0 if it isn't there.
func numberOf(pos protocol.POSID) int64 {
	at := strings.LastIndexByte(string(pos), ':')
	n, err := strconv.ParseInt(string(pos[at+1:]), 10, 64)
	if at < 0 || err != nil {
		return 0
	}
	return n
}

// snapshot is a whole order as a till sent it. Fields that it named without a value
// are null.
type snapshot struct {
	uid      protocol.OrderID
	revision int64
	order    protocol.Fields
	lines    []line
	user     *protocol.User
	tender   *tender
}

// snapshot reads an order. What can't be a value of its field is left out, with words
// in the log: the sale goes on.
//
// Errors: bad_request for an order without a usable uid.
func (v *visit) snapshot(data gjson.Result) (*snapshot, error) {
	s := &snapshot{uid: protocol.OrderID(data.Get("uid").String()), revision: counted(data.Get("revision_ID")), tender: readTender(data)}
	if !protocol.ValidID(s.uid) {
		return nil, protocol.Errorf(protocol.BadRequest, "message.data.uid must be an order's id, not %.80q", s.uid)
	}
	s.order = v.fields("order", string(s.uid), data, v.schema.Order)
	s.user = readUser(data)
	seen := map[string]bool{}
	data.Get("lines").ForEach(func(_, item gjson.Result) bool {
		record := item.Get("2")
		if !record.IsObject() {
			v.bridge.warn("a line isn't [0,0,{…}] and is left out", "pos", v.till.pos, "order", s.uid, "line", cut(item.Raw))
			return true
		}
		uid := lineUID(record.Get("uid"), len(s.lines), seen)
		s.lines = append(s.lines, line{uid, v.fields("line", uid, record, v.schema.Orderline)})
		return true
	})
	return s, nil
}

// lineUID is the uid of a line. One that is missing, that can't be an id or that
// stands there twice is one made of it: no line gets lost.
func lineUID(v gjson.Result, at int, seen map[string]bool) string {
	uid := v.Str
	if v.Type != gjson.String || uid == "" {
		uid = fmt.Sprint("line ", at, " ", v.Raw)
	}
	for ; ; uid += "'" {
		id := uid
		if !protocol.ValidID(id) || protocol.IsOwnLine(protocol.LineID(id)) && uid != v.Str {
			sum := sha256.Sum256([]byte(uid))
			const enough = 10
			id = "old:" + hex.EncodeToString(sum[:enough])
		}
		if !seen[id] {
			seen[id] = true
			return id
		}
	}
}

// notFields are the keys of orders and lines that are no fields: what is computed,
// what the server writes, and what names the record.
var notFields = map[string]bool{
	"uid": true, "id": true, "name": true, "lines": true, "statement_ids": true, "sequence_number": true, "revision_ID": true,
	"run_ID": true, "new_order": true, "order_on_server": true, "ms_info": true, "creation_date": true, "pos_session_id": true,
	"user_id": true, "pos_id": true, "nonce": true, "message_ID": true, "amount_total": true, "amount_tax": true,
	"amount_paid": true, "amount_return": true, "price_subtotal": true, "price_subtotal_incl": true, "is_changed": true,
}

// fields are the registered ones of a record.
func (v *visit) fields(record, id string, from gjson.Result, schema map[protocol.Field]protocol.FieldSpec) protocol.Fields {
	all := protocol.Fields{}
	from.ForEach(func(key, raw gjson.Result) bool {
		field := protocol.Field(key.Str)
		spec, known := schema[field]
		switch {
		case notFields[key.Str] || spec.Derived:
			return true
		case !known:
			if !empty(raw) {
				v.bridge.unregistered(record, field)
			}
			return true
		}
		value, err := valueOf(&spec, field, raw)
		if err == nil && len(value) > v.bridge.Limits.ValueBytes {
			err = fmt.Errorf("is larger than %d bytes", v.bridge.Limits.ValueBytes)
		}
		if err != nil {
			v.bridge.warn("a value can't be taken and is left out", "pos", v.till.pos, record, id, "field", field, "value", cut(raw.Raw), "error", err)
			return true
		}
		all[field] = value
		return true
	})
	return all
}

// empty reports whether a value says nothing.
func empty(v gjson.Result) bool {
	return v.Type == gjson.Null || v.Type == gjson.False || v.Type == gjson.String && v.Str == "" || v.IsArray() && v.Get("#").Int() == 0
}

// valueOf is a value as it is stored: false is null where it can't be a value, and
// taxes are [[6,false,[ids]]].
func valueOf(spec *protocol.FieldSpec, field protocol.Field, raw gjson.Result) (protocol.Value, error) {
	text := raw.Raw
	switch {
	case raw.Type == gjson.False && spec.Type != protocol.TypeBool && spec.Type != protocol.TypeAny && !spec.Found:
		return protocol.Null, nil
	case field == fieldTaxes && raw.Get("0.2").IsArray():
		text = raw.Get("0.2").Raw
	case field == fieldTaxes && raw.IsArray() && raw.Get("#").Int() == 0:
		text = "[]"
	}
	value, err := protocol.ParseValue([]byte(text))
	if err == nil {
		value, err = spec.Fit(value)
	}
	return value, err
}

const fieldTaxes protocol.Field = "tax_ids"

// readUser is the cashier: who changed the order, as the till says.
func readUser(data gjson.Result) *protocol.User {
	user := data.Get("ms_info.changed.user")
	if !user.Get("id").Exists() {
		if user = data.Get("user_id"); user.Type != gjson.Number {
			return nil
		}
		return &protocol.User{ID: user.Raw, Name: user.Raw}
	}
	const longest = 200
	id, name := user.Get("id").String(), user.Get("name").String()
	if id == "" || len(id) > longest || len(name) > longest {
		return nil
	}
	return &protocol.User{ID: id, Name: name}
}

// tender is what a payment screen says: it is money only when the till says that the
// order is paid.
type tender struct {
	Payments []statement    `json:"payments,omitempty"`
	Total    protocol.Value `json:"total,omitempty"`
	Return   protocol.Value `json:"return,omitempty"`
}

type statement struct {
	Method string         `json:"method"`
	Amount protocol.Value `json:"amount"`
}

func readTender(data gjson.Result) *tender {
	t := &tender{Total: money(data.Get("amount_total")), Return: money(data.Get("amount_return"))}
	data.Get("statement_ids").ForEach(func(_, item gjson.Result) bool {
		s := item.Get("2")
		if amount := money(s.Get("amount")); amount != "" {
			t.Payments = append(t.Payments, statement{methodOf(s.Get("journal_id")), amount})
		}
		return true
	})
	return t
}

// methodOf is the journal: its id, also where it stands as [id, name].
func methodOf(v gjson.Result) string {
	if v.IsArray() {
		v = v.Get("0")
	}
	const longest = 64
	if text := v.String(); text != "" && len(text) <= longest && v.Type != gjson.False {
		return text
	}
	return unknownMethod
}

const unknownMethod = "old"

// money is an amount that isn't 0; "" for anything else.
func money(v gjson.Result) protocol.Value {
	d, err := decimal.Parse(v.Raw)
	if v.Type != gjson.Number || err != nil || d.IsZero() {
		return ""
	}
	return protocol.Num(d)
}

// cut is the beginning of a text, for the log.
func cut(text string) string {
	const most = 80
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// raw is a value that json.Marshal writes as it stands.
func raw(v protocol.Value) json.RawMessage { return json.RawMessage(v) }
