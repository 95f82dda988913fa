package trial

import (
	"fmt"
	"strings"
	"time"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// SoldBy is the ms_info of a line, which those of sales always have.
const SoldBy protocol.Value = `{"created":{"user":{"id":"1","name":"Ana"},"pos":{"id":"1","name":"Bar"}},"changed":{"user":{"id":"1","name":"Ana"},"pos":{"id":"1","name":"Bar"}}}`

var at = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// Values are what may stand in a field, the likeliest first: the same for the
// same turn, others for another where there are any.
func Values(info extensions.FieldInfo, turn int) (list []protocol.Value) {
	for _, v := range candidates(info.FieldSpec, turn) {
		if fit, wrong := info.Fit(v); wrong == nil && !fit.IsNull() {
			list = append(list, fit)
		}
	}
	return list
}

func candidates(spec protocol.FieldSpec, turn int) (list []protocol.Value) {
	if n := len(spec.Enum); n > 0 {
		return []protocol.Value{spec.Enum[turn%n]}
	}
	texts := func(words ...string) {
		for _, w := range words {
			list = append(list, protocol.Text(w))
		}
	}
	number := protocol.Int(7 + 2*turn)
	switch spec.Type {
	case protocol.TypeNumber, protocol.TypeInteger:
		list = append(list, number, protocol.Int(1), protocol.Int(0), spec.Min, spec.Max)
	case protocol.TypeBool:
		list = append(list, protocol.Value(fmt.Sprint(turn%2 == 0)))
	case protocol.TypeTime:
		texts(at.Add(time.Duration(turn) * time.Hour).Format(time.RFC3339))
	case protocol.TypeID:
		list = append(list, number)
	case protocol.TypeIDs:
		list = append(list, "["+number+"]", "["+number+",1,2]")
	case protocol.TypeStrings:
		list = append(list, protocol.Value(fmt.Sprintf(`["made-up %d"]`, turn)), `["a","b","c"]`)
	case protocol.TypeArray:
		list = append(list, "["+number+"]", protocol.Value(fmt.Sprintf(`[[0,0,{"id":%s}]]`, number)), protocol.Value(fmt.Sprintf(`[[6,0,[%s]]]`, number)))
	case protocol.TypeObject:
		list = append(list, protocol.Value(fmt.Sprintf(`{"made_up":%d}`, turn)))
	case protocol.TypeAny:
		texts(fmt.Sprintf("made-up %d", turn))
		list = append(list, number, protocol.Value(fmt.Sprint(turn%2 == 0)), "["+number+"]", protocol.Value(fmt.Sprintf(`{"made_up":%d}`, turn)))
		fallthrough
	default:
		day := at.AddDate(0, 0, turn)
		texts(fmt.Sprintf("made-up %d", turn), string(number), fmt.Sprintf("A%d", turn), "A", "a", "AB-1234", "12345", "1234567890123", strings.Repeat("a", 40), "a@example.org",
			day.Format(time.DateTime), day.Format(time.DateOnly), day.Format("15:04"), fmt.Sprintf("%d.50", 7+turn), fmt.Sprintf(`{"made_up":%d}`, turn), "["+string(number)+"]")
	}
	return list
}

// Record is a record of a model as sales have them, with these fields of the
// extension's; stored is nil for a new one. An order has one line, a line its
// order.
func Record(model protocol.Model, stored, merged protocol.Fields) *hooks.Snapshot {
	line := protocol.Fields{"product_id": "11", "qty": "2", "price_unit": "5.5", "discount": "0", "tax_ids": "[1]", "description": `"made up"`, protocol.FieldMSInfo: SoldBy}
	head := hooks.RecordHead{
		Model: protocol.ModelOrder, Order: "made-up", Number: 12, Run: 3, State: protocol.Open,
		New: stored == nil, At: at, Tapped: at, Seed: 1, Mutation: "made-up/1",
	}
	order := &hooks.Snapshot{RecordHead: head, Merged: protocol.Fields{}}
	record := order
	if model == protocol.ModelOrderline {
		head.Model, head.Line, head.N = model, "made-up-1", 1
		record = &hooks.Snapshot{RecordHead: head, Merged: line, Parent: order}
		line = with(line, merged)
	}
	if stored != nil {
		record.Stored = with(record.Merged, stored)
	}
	record.Merged = with(record.Merged, merged)
	order.Lines = func() []protocol.Line { return []protocol.Line{{ID: "made-up-1", N: 1, Fields: line}} }
	record.Lines = order.Lines
	return record
}

func with(base, more protocol.Fields) protocol.Fields {
	fields := protocol.Fields{}
	for _, from := range []protocol.Fields{base, more} {
		for key, value := range from {
			if !value.IsNull() {
				fields[key] = value
			}
		}
	}
	return fields
}
