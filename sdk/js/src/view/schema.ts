import type { FieldSpec, Schema } from "../protocol";

const core = (type: string, merge: FieldSpec["merge"] = "last"): FieldSpec => ({ type, merge, owner: "core" });

/** coreSchema has the fields that every server has; a server's own, with labels, is at GET /v1/schema. */
export const coreSchema: Schema = {
  order: {
    partner_id: core("id"),
    pricelist_id: core("id"),
    fiscal_position_id: core("id"),
    follows: core("order", "first"),
    mt_removed: { ...core("string[]"), derived: true },
  },
  orderline: {
    product_id: core("id", "first"),
    qty: core("number", "counter"),
    price_unit: core("number", "guarded"),
    discount: core("number", "guarded"),
    tax_ids: core("id[]"),
    description: core("string"),
  },
};
