// Package typings writes manytill.d.ts: the types of what scripts of extensions
// find. Methods and properties of the models come from the classes of
// sdk/js/models, the keys of records from the protocol's schema. Build is for go
// generate and the test that finds a stale file; WithFields adds the fields of
// extensions to what was built. No goroutines, no state; start with Build.
package typings

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/manytill/manytill/sdk/protocol"
)

// head stands before what is generated.
const head = `// Types of what an extension's scripts find, for editors and for tsc. Generated from Manytill's sources; don't edit.
// What isn't here may still be there, as a stand-in: docs/extension-host.md of Manytill lists what does something.

/** A payment as the server keeps it. */
interface PaymentJSON {
  id: string;
  method: string;
  amount: number;
  offline?: boolean;
  ref?: string;
  needs?: string;
  at: string;
  [key: string]: any;
}
`

// tail is what there is but models and records.
const tail = `
/** A class of the point of sale: extend it, and put the result in its place. */
interface ModelClass<T> {
  new (attributes?: any, options?: any): T;
  prototype: T;
  extend(members: Record<string, any> & ThisType<T>, statics?: Record<string, any>): ModelClass<T>;
  [name: string]: any;
}

/** The classes as files for Odoo 8 to 15 know them. */
declare const models: {
  Order: ModelClass<Order>;
  Orderline: ModelClass<Orderline>;
  [name: string]: any;
};

/** Throw it in a hook to refuse a tap; its words are what the cashier reads. The manifest must say can_reject: true. */
declare class Reject extends Error {
  constructor(words: string);
}

/** The operator's settings of the extension; in pages those that the manifest calls public. */
declare const manytill: { config: Record<string, any>; Reject: typeof Reject };

/** Underscore. */
declare const _: any;
declare const odoo: { define(name: string, ...rest: any[]): void; [name: string]: any };

/** console writes to the server's log. */
declare const console: Record<"log" | "info" | "warn" | "error" | "debug", (...values: any[]) => void>;

declare module "point_of_sale.models" {
  const Order: ModelClass<globalThis.Order>;
  const Orderline: ModelClass<globalThis.Orderline>;
  export { Order, Orderline };
}
declare module "@point_of_sale/app/store/models" {
  export * from "point_of_sale.models";
}
declare module "point_of_sale.Registries" {
  const Registries: { Model: { extend<T>(model: T, by: (Base: T) => new (...args: any[]) => any): void } };
  export default Registries;
}
declare module "@web/core/utils/patch" {
  export function patch<T>(model: T, members: Record<string, any> & ThisType<T>): () => void;
}
`

// recordKeys are the types of keys that are no fields.
var recordKeys = map[protocol.Field]string{
	"uid": "string", "id": "number", "name": "string", "sequence_number": "number", protocol.FieldMSInfo: "any",
	protocol.KeyLines: "[0, 0, OrderlineJSON][]", protocol.KeyPayments: "[0, 0, any][]",
	protocol.KeyMTState: `"open" | "paid" | "cancelled" | "abandoned"`, protocol.KeyMTNumber: "number", protocol.KeyMTRun: "number",
	protocol.KeyMTPayments: "PaymentJSON[]", protocol.KeyMTTappedAt: "string", protocol.KeyMTMutation: "string | null",
}

// Build is the file, made of the repository at root.
func Build(root string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head)
	schema := protocol.CoreSchema()
	for _, r := range []struct {
		of, what string
		model    protocol.Model
		fields   map[protocol.Field]protocol.FieldSpec
	}{
		{"OrderJSON", "An order as hooks are handed it, and as they export it: the core's fields, and those of extensions.", protocol.ModelOrder, schema.Order},
		{"OrderlineJSON", "A line of an order, likewise.", protocol.ModelOrderline, schema.Orderline},
	} {
		fmt.Fprintf(&b, "\n/** %s */\ninterface %s {\n", r.what, r.of)
		if err := record(&b, r.model, r.fields); err != nil {
			return nil, err
		}
		b.WriteString("  [field: string]: any;\n}\n")
	}
	for _, m := range []struct{ name, file, json string }{{"Order", "order.ts", "OrderJSON"}, {"Orderline", "orderline.ts", "OrderlineJSON"}} {
		if err := model(&b, filepath.Join(root, "sdk/js/models"), m.name, m.file, m.json); err != nil {
			return nil, err
		}
	}
	b.WriteString(tail)
	return b.Bytes(), nil
}

func record(b *bytes.Buffer, model protocol.Model, fields map[protocol.Field]protocol.FieldSpec) error {
	for _, key := range protocol.RecordKeys(model) {
		kind, known := recordKeys[key]
		if !known {
			return fmt.Errorf("the key %s of a record has no type here", key)
		}
		fmt.Fprintf(b, "  readonly %s: %s;\n", key, kind)
	}
	for _, name := range protocol.SortedKeys(fields) {
		kind, err := TypeOf(fields[name])
		if err != nil {
			return fmt.Errorf("the field %s: %w", name, err)
		}
		if name == "tax_ids" { // in Odoo's shape
			kind = "[[6, false, (number | string)[]]]"
		}
		fmt.Fprintf(b, "  %s?: %s | null;\n", name, kind)
	}
	return nil
}

var (
	classBegins = regexp.MustCompile(`^( *)(?:export )?class (\w+)(?: extends (\w+))? \{$`)
	declared    = regexp.MustCompile(`^declare (\w+)(\??): (.+);$`)
	method      = regexp.MustCompile(`^(?:override )?(\w+)\((.*)\): (.+) \{(?:\})?$`)
	propertyOf  = regexp.MustCompile(`(?m)^  (?:property|lasting)\(\s*proto,\s*"(\w+)"`)
)

// model writes a model: its methods, its base's, and its properties.
func model(b *bytes.Buffer, dir, name, file, json string) error {
	members := map[string]string{}
	for _, of := range []struct{ file, class string }{{"model.ts", "ModelMethods"}, {file, name}} {
		text, err := os.ReadFile(filepath.Join(dir, of.file))
		if err != nil {
			return err
		}
		if err := class(members, string(text), of.class); err != nil {
			return fmt.Errorf("%s: %w", of.file, err)
		}
		for _, found := range propertyOf.FindAllStringSubmatch(string(text), -1) {
			if _, known := members[found[1]]; !known {
				members[found[1]] = found[1] + ": any;"
			}
		}
	}
	members["init_from_JSON"] = "init_from_JSON(json: " + json + "): void;"
	members["apply_ms_data"] = "apply_ms_data(data: " + json + "): void;"
	members["export_as_JSON"] = "export_as_JSON(): " + json + ";"
	for _, more := range shared {
		members[more.name] = more.text
	}
	if name == "Order" {
		for _, more := range ofOrders {
			members[more.name] = more.text
		}
	}
	fmt.Fprintf(b, "\n/** The base class %s; a vendor's own members are found on it too. */\ninterface %s {\n", name, name)
	names := make([]string, 0, len(members))
	for member := range members {
		names = append(names, member)
	}
	slices.Sort(names)
	for _, member := range names {
		fmt.Fprintf(b, "  %s\n", members[member])
	}
	b.WriteString("  [member: string]: any;\n}\n")
	return nil
}

type member struct{ name, text string }

// What models have where a manifest asks for it.
var (
	shared   = []member{{"storage", `storage: { get(key: string): any; set(key: string, value: any, options?: { until: "end" }): void };`}}
	ofOrders = []member{
		{"put_line", "put_line(key: string, fields: Partial<OrderlineJSON>): void;"},
		{"effect", "effect(name: string, key: string, data: any): void;"},
		{"effect_result", "effect_result(name: string, key: string, result: any): void;"},
	}
)

// class adds the members of a class whose text is formatted.
func class(members map[string]string, text, name string) error {
	indent, inside := "", false
	for _, line := range strings.Split(text, "\n") {
		if begins := classBegins.FindStringSubmatch(line); begins != nil && begins[2] == name {
			indent, inside = begins[1], true
			continue
		}
		if !inside {
			continue
		}
		if line == indent+"}" {
			return nil
		}
		body, is := strings.CutPrefix(line, indent+"  ")
		if !is || strings.HasPrefix(body, " ") {
			continue
		}
		if m := declared.FindStringSubmatch(body); m != nil {
			members[m[1]] = m[1] + m[2] + ": " + typeOf(m[3]) + ";"
		}
		if m := method.FindStringSubmatch(body); m != nil {
			members[m[1]] = m[1] + "(" + typeOf(m[2]) + "): " + typeOf(m[3]) + ";"
		}
	}
	return fmt.Errorf("there is no class %s that ends", name)
}

// loose are the names of types.ts.
var loose = strings.NewReplacer("Any[]", "any[]", "Any", "any", "Dict", "Record<string, any>")

func typeOf(text string) string { return loose.Replace(text) }
