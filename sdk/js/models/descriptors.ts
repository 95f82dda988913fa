import type { Any, Class, Dict } from "./types";

// What a point of sale of Odoo loads, in its order: vendors look for one of
// these by its model and add to its fields.
const loaded = [
  "res.users",
  "res.company",
  "decimal.precision",
  "product.uom",
  "uom.uom",
  "res.partner",
  "res.country.state",
  "res.country",
  "res.lang",
  "account.tax",
  "pos.session",
  "pos.config",
  "stock.picking.type",
  "res.users",
  "product.pricelist",
  "product.pricelist.item",
  "product.category",
  "res.currency",
  "pos.category",
  "product.product",
  "product.packaging",
  "product.attribute",
  "pos.bill",
  "account.bank.statement",
  "account.journal",
  "pos.payment.method",
  "account.fiscal.position",
  "account.fiscal.position.tax",
];

/** descriptors is PosModel.prototype.models: kept for those who look, and run by nobody. */
export const descriptors = (): Dict[] =>
  loaded.map((model) => ({
    model,
    label: model,
    fields: [],
    domain: [],
    order: [],
    context: {},
    ids: [],
    loaded: () => undefined,
  }));

/** loaders are load_fields and load_models of the models module. */
export function loaders(PosModel: Class): Dict {
  const all = (): Dict[] => PosModel.prototype.models;
  const find = (name: Any): number => all().findIndex((d) => d && (d.model === name || d.label === name));
  return {
    load_fields(model: string, fields: Any): void {
      const more = Array.isArray(fields) ? fields : [fields];
      for (const d of all()) {
        if (d.model === model && Array.isArray(d.fields)) {
          d.fields.push(...more);
        }
      }
    },
    load_models(models: Any, options?: Dict): void {
      const more = Array.isArray(models) ? models : [models];
      const before = options?.before ? find(options.before) : -1;
      const after = options?.after ? find(options.after) + 1 : 0;
      all().splice(before >= 0 ? before : after || all().length, 0, ...more);
    },
  };
}
