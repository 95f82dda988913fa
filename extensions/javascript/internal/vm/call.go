package vm

import (
	"github.com/dop251/goja"

	"github.com/manytill/manytill/internal/hooks"
	"github.com/manytill/manytill/sdk/protocol"
)

// call is what host.run of sdk/js/models is handed: the record under way, which
// says what it is when it is looked at, and gives the JSON of each hook when the
// hook comes. There is one in a runtime, as to make it anew for each record took
// a tenth of a run.
type call struct {
	r              *Runtime
	models         map[protocol.Model]goja.Value
	stored, merged goja.Value
}

func newCall(r *Runtime) goja.Value {
	c := &call{r: r, models: map[protocol.Model]goja.Value{}}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		c.models[model] = r.ToValue(string(model))
	}
	c.stored = r.ToValue(func(goja.FunctionCall) goja.Value { return c.json(r.pass.stored) })
	c.merged = r.ToValue(func(goja.FunctionCall) goja.Value { return c.json(r.pass.merged) })
	return r.NewDynamicObject(c)
}

func (c *call) json(fields protocol.Fields) goja.Value {
	r, p := c.r, c.r.pass
	if p.head.From > 0 {
		return r.plain(fields)
	}
	json := &handed{r: r, fields: fields, extra: p.extra, reads: &p.reads, as: asRecord}
	if p.byHook != nil {
		json.also = p.byHook[r.host.Get("hook").String()]
	}
	return r.NewDynamicObject(json)
}

// Get gives what there is of the record; nil is undefined.
func (c *call) Get(key string) goja.Value {
	record := c.r.pass.record
	if record == nil {
		return nil // between two records
	}
	head := record.Head()
	switch key {
	case "model":
		return c.models[head.Model]
	case "isNew":
		return c.r.ToValue(head.New)
	case "line":
		if head.Line != "" {
			return c.r.ToValue(string(head.Line))
		}
	case "stored":
		return c.stored
	case "merged":
		return c.merged
	case "from":
		if head.From > 0 {
			return c.r.ToValue(head.From)
		}
	case "outcome":
		if head.Outcome != nil {
			return c.outcome(head.Outcome)
		}
	case "parent":
		if of := record.OrderRecord(); of != nil {
			return c.parent(of)
		}
	}
	return nil
}

// parent is a function of its own for each record: an order that a hook keeps
// stays the one that it was.
func (c *call) parent(of hooks.Record) goja.Value {
	r := c.r
	merged, extra, reads := of.MergedFields(), r.extraOf(of), &r.pass.reads
	return r.ToValue(func(goja.FunctionCall) goja.Value {
		return r.NewDynamicObject(&handed{r: r, fields: merged, extra: extra, reads: reads, as: asOrder})
	})
}

// outcome makes a copy each time.
func (c *call) outcome(o *hooks.Outcome) goja.Value {
	r := c.r
	return r.ToValue(func(goja.FunctionCall) goja.Value {
		result, err := r.parse(goja.Undefined(), r.ToValue(string(o.Result)))
		if err != nil {
			panic(err)
		}
		told := r.NewObject()
		r.must(told.Set("name", o.Name))
		r.must(told.Set("key", o.Key))
		r.must(told.Set("result", result))
		return told
	})
}

var callKeys = []string{"model", "isNew", "line", "stored", "merged", "from", "outcome", "parent"}

// Has, Keys, Set and Delete are for goja; the models only get.
func (c *call) Has(key string) bool         { return c.Get(key) != nil }
func (c *call) Keys() []string              { return callKeys }
func (c *call) Set(string, goja.Value) bool { return false }
func (c *call) Delete(string) bool          { return false }
