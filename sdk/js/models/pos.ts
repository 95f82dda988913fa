import { collection } from "./collection";
import { descriptors } from "./descriptors";
import { Events } from "./events";
import type { Host } from "./host";
import { callable } from "./inherit";
import { begin, ModelMethods } from "./model";
import { roundPrecision } from "./numbers";
import { emptyList, soft } from "./standin";
import type { Any, Class, Dict } from "./types";

// What code of Odoo 7 and 8 asks for with get.
const named = ["user", "company", "currency", "pos_session", "config", "shop", "cashregisters", "taxes", "units"];

/** newPosModel is PosModel, PosGlobalState and PosStore: one class. */
export function newPosModel(host: Host): Class {
  class PosModel extends ModelMethods {
    setup(..._args: Any[]): void {}
    get_order(): Any {
      return host.order();
    }
    get_client(): Any {
      const order = host.order();
      return order ? order.get_client() : null;
    }
    get_order_list(): Any[] {
      return host.order() ? [host.order()] : [];
    }
    override get(name: string): Any {
      switch (name) {
        case "selectedOrder":
          return host.order();
        case "orders":
          return collection(this.get_order_list());
        case "selectedClient":
          return this.get_client();
        case "cashier":
          return this.get_cashier();
      }
      const kept = super.get(name);
      return kept === undefined && named.includes(name) ? (this as Any)[name] : kept;
    }
    get_cashier(): Any {
      return soft("pos.get_cashier()", {});
    }
    get_taxes_after_fp(): Any[] {
      return emptyList("taxes");
    }
    round_decimals_currency(value: Any): number {
      return roundPrecision(value, 0.01);
    }
    format_currency(value: Any): string {
      return roundPrecision(value, 0.01).toFixed(2);
    }
    format_currency_no_symbol(value: Any): string {
      return roundPrecision(value, 0.01).toFixed(2);
    }
  }
  const base = callable(PosModel, begin, { serviceDependencies: [] });
  Object.assign(base.prototype, Events);
  base.prototype.models = descriptors();
  return base;
}

/** members are what `this.pos` really has; all else is a stand-in. */
function members(host: Host): Dict {
  const currency = soft("pos.currency", {
    id: 0,
    name: "",
    symbol: "",
    position: "after",
    rounding: 0.01,
    decimals: 2,
    decimal_places: 2,
  });
  return {
    config: config(host),
    company: soft("pos.company", { id: 0, name: "", currency_id: [0, ""], country: null }),
    currency,
    user: soft("pos.user", { id: 0, name: "" }),
    pos_session: soft("pos.pos_session", { id: 0, name: "", login_number: 0, sequence_number: 1 }),
    dp: { "Product Price": 2, "Product Unit of Measure": 3, Discount: 2 },
    db: soft("pos.db", {
      get_product_by_id: (id: Any) => host.product(id),
      get_partner_by_id: (id: Any) => host.partner(id),
    }),
    gui: soft("pos.gui", {}),
    pricelists: emptyList("pos.pricelists"),
    taxes: emptyList("pos.taxes"),
    printers: emptyList("pos.printers"),
    cashregisters: emptyList("pos.cashregisters"),
    payment_methods: emptyList("pos.payment_methods"),
    partners: emptyList("pos.partners"),
    orders: [],
    taxes_by_id: soft("pos.taxes_by_id", {}),
    units_by_id: soft("pos.units_by_id", {}),
    cashregisters_by_id: soft("pos.cashregisters_by_id", {}),
    tables_by_id: soft("pos.tables_by_id", {}),
    debug: false,
  };
}

/** config is the point of sale's: the operator's settings, and what nobody knows. */
function config(host: Host): Any {
  const known: Dict = { id: 0, name: "", ...host.env.settings };
  return host.off
    ? new Proxy(known, { get: (target, key) => (key in target ? target[key as string] : false) })
    : soft("pos.config", known);
}

/** newPos is `this.pos` of one run: methods of vendors' PosModel work on it. */
export function newPos(host: Host): Any {
  const made = Object.create(host.final("PosModel").prototype);
  return soft("pos", Object.assign(made, members(host)));
}
