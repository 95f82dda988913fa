import type { FieldInfo, Schema } from "../words";

const core = (type: string, merge: FieldInfo["merge"], label: string): FieldInfo => ({ type, merge, owner: "core", label, edit: true });

/** coreSchema has the fields that every server has; a server's own is at GET /v1/schema. */
export const coreSchema: Schema = {
  order: {
    partner_id: core("id", "last", "Customer"),
    pricelist_id: core("id", "last", "Pricelist"),
    fiscal_position_id: core("id", "last", "Fiscal position"),
    follows: core("order", "first", "Follows"),
  },
  orderline: {
    product_id: core("id", "first", "Product"),
    qty: core("number", "counter", "Quantity"),
    price_unit: core("number", "guarded", "Unit price"),
    discount: core("number", "guarded", "Discount"),
    tax_ids: core("id[]", "last", "Taxes"),
    description: core("string", "last", "Description"),
  },
};
