package javascript

import (
	"github.com/dop251/goja"

	"github.com/manytill/manytill/extensions"
	"github.com/manytill/manytill/sdk/protocol"
)

// call is what host.run of sdk/js/models is handed: the record under way, which
// says what it is when it is looked at, and gives the JSON of each hook when the
// hook comes. There is one in a runtime, as to make it anew for each record took
// a tenth of a run.
type call struct {
	r              *runtime
	models         map[protocol.Model]goja.Value
	stored, merged goja.Value
}

func newCall(r *runtime) goja.Value {
	c := &call{r: r, models: map[protocol.Model]goja.Value{}}
	for _, model := range []protocol.Model{protocol.ModelOrder, protocol.ModelOrderline} {
		c.models[model] = r.ToValue(string(model))
	}
	c.stored = r.ToValue(func(goja.FunctionCall) goja.Value { return c.json(r.record.Stored) })
	c.merged = r.ToValue(func(goja.FunctionCall) goja.Value { return c.json(r.record.Merged) })
	return r.NewDynamicObject(c)
}

func (c *call) json(fields protocol.Fields) goja.Value {
	r := c.r
	json := &handed{r: r, fields: fields, extra: r.extraOf(r.record), reads: r.reads}
	if r.byHook != nil {
		json.also = r.byHook[r.host.Get("hook").String()]
	}
	return r.NewDynamicObject(json)
}

// Get gives what there is of the record; nil is undefined.
func (c *call) Get(key string) goja.Value {
	record := c.r.record
	if record == nil {
		return nil // between two records
	}
	switch key {
	case "model":
		return c.models[record.Model]
	case "isNew":
		return c.r.ToValue(record.New)
	case "line":
		if record.Line != "" {
			return c.r.ToValue(string(record.Line))
		}
	case "stored":
		return c.stored
	case "merged":
		return c.merged
	case "parent":
		if record.Parent != nil {
			return c.parent(record.Parent)
		}
	}
	return nil
}

// parent is a function of its own for each record: an order that a hook keeps
// stays the one that it was.
func (c *call) parent(of *extensions.Record) goja.Value {
	r := c.r
	return r.ToValue(func(goja.FunctionCall) goja.Value {
		// Whatever it reads there may be another at the line's next change.
		r.reads.add(extensions.KeyChance)
		return r.hand(of.Merged, r.extraOf(of), nil)
	})
}

var callKeys = []string{"model", "isNew", "line", "stored", "merged", "parent"}

// Has, Keys, Set and Delete are for goja; the models only get.
func (c *call) Has(key string) bool         { return c.Get(key) != nil }
func (c *call) Keys() []string              { return callKeys }
func (c *call) Set(string, goja.Value) bool { return false }
func (c *call) Delete(string) bool          { return false }
