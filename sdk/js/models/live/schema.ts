import { coreSchema } from "../../src/view/schema";
import type { FieldSpec, Schema } from "../../src/protocol";
import type { Definition } from "../browser";

/** schemaOf has the core's fields and those of the definitions. */
export function schemaOf(definitions: Definition[]): Schema {
  const schema: Schema = { order: { ...coreSchema.order }, orderline: { ...coreSchema.orderline } };
  for (const { fields } of definitions) {
    Object.assign(schema.order, fields.order as Record<string, FieldSpec>);
    Object.assign(schema.orderline, fields.orderline as Record<string, FieldSpec>);
  }
  return schema;
}
