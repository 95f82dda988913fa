import { coreSchema } from "../../src/view/schema";
import type { FieldInfo, Schema } from "../../src/words";
import type { Definition } from "../browser";

/** schemaOf has the core's fields and those of the definitions. */
export function schemaOf(definitions: Definition[]): Schema {
  const schema: Schema = { order: { ...coreSchema.order }, orderline: { ...coreSchema.orderline } };
  for (const { fields } of definitions) {
    Object.assign(schema.order, fields.order as Record<string, FieldInfo>);
    Object.assign(schema.orderline, fields.orderline as Record<string, FieldInfo>);
  }
  return schema;
}
