import type { Host } from "./host";
import { type Lost, state } from "./state";
import { type Any, type Dict, hasOwn } from "./types";

// Hooks of Odoo 18 and 19, by what they are here: setup(vals) is init_from_JSON, the serializers are export_as_JSON.
const written = ["serializeForORM", "serialize", "serializeState"];
const read = ["setup", "initState", "setupState"];

/** spellings are all names of a hook. */
export const spellings: Dict = {
  init_from_JSON: ["init_from_JSON", ...read],
  export_as_JSON: ["export_as_JSON", ...written],
};

/** The hooks whose versions are told from the base's. */
export const hookNames = [
  "init_from_JSON",
  "apply_ms_data",
  "export_as_JSON",
  "effect_result",
  "migrate",
  ...read,
  ...written,
];

type Model = "Order" | "Orderline";

/** Modern is what the base classes do more for files that are written for Odoo 18 and 19. */
export class Modern {
  private readonly known = new Map<Model, boolean>();

  constructor(private readonly host: Host) {}

  /** is reports whether a file has one of their hooks on a model: setup alone is older. */
  is(name: Model): boolean {
    let is = this.known.get(name);
    if (is === undefined) {
      const { registries } = this.host;
      is = [...written, "initState"].some((hook) => registries.changed(name, hook)) || this.extra(name).length > 0;
      if (registries.sealed) {
        this.known.set(name, is);
      }
    }
    return is;
  }

  /** extra are the fields that a class names in extraFields, and those of a manifest. */
  extra(name: Model): string[] {
    const { extraFields } = this.host.final(name);
    return extraFields && typeof extraFields === "object" ? Object.keys(extraFields) : [];
  }

  private fields(name: Model): string[] {
    const declared = this.host.env.fields ? this.host.env.fields[name === "Order" ? "order" : "orderline"] || [] : [];
    return [...new Set([...this.extra(name), ...declared])];
  }

  /** restore is the base's part of setup(vals): the record's own fields stand on it, then the vendor's setup runs. */
  restore(name: Model, self: Any, json: Dict): void {
    if (!this.is(name)) {
      return;
    }
    for (const field of this.fields(name)) {
      self[field] = json[field];
    }
    self.initState();
    self.setup(json);
    if (json.uiState && typeof json.uiState === "object") {
      self.setupState(json.uiState);
    }
  }

  /** add puts on an export what the base of Odoo 18 and 19 serializes of itself. */
  add(name: Model, self: Any, data: Dict): Dict {
    for (const field of this.fields(name)) {
      data[field] = self[field];
    }
    const { registries } = this.host;
    if (registries.changed(name, "initState") || registries.changed(name, "serializeState")) {
      data.uiState = self.serializeState();
    }
    return data;
  }
}

/**
 * names are properties that models have in Odoo 18 and 19; put on them only where a file is written for those, as older
 * ones may use the names.
 */
export function modernNames(host: Host): void {
  const pos: Dict = {};
  for (const name of ["company", "config", "currency", "user", "pickingType"]) {
    pos[name] = () => host.pos()[name];
  }
  pos.session = () => host.pos().pos_session;
  pos.models = () => host.pos().models;
  const of: Record<Model, Dict> = {
    Order: {
      ...pos,
      lines: (o: Any) => o.orderlines,
      payment_ids: (o: Any) => o.paymentlines,
      uuid: (o: Any) => o.uid,
      pricelist_id: (o: Any) => o.pricelist,
      fiscal_position_id: (o: Any) => o.fiscal_position,
      date_order: (o: Any) => o.creation_date,
      amount_total: (o: Any) => o.get_total_with_tax(),
      amount_tax: (o: Any) => o.get_total_tax(),
      amount_paid: (o: Any) => o.get_total_paid(),
      priceIncl: (o: Any) => o.get_total_with_tax(),
      priceExcl: (o: Any) => o.get_total_without_tax(),
      displayPrice: (o: Any) => o.get_total_with_tax(),
      totalDue: (o: Any) => o.get_total_with_tax(),
      remainingDue: (o: Any) => o.get_due(),
      amountTaxes: (o: Any) => o.get_total_tax(),
    },
    Orderline: {
      ...pos,
      order_id: (l: Any) => l.order,
      uuid: (l: Any) => l.uid,
      qty: (l: Any) => l.quantity,
      price_unit: (l: Any) => l.price,
      product_id: (l: Any) => l.product,
      priceIncl: (l: Any) => l.get_price_with_tax(),
      priceExcl: (l: Any) => l.get_price_without_tax(),
      displayPrice: (l: Any) => l.get_display_price(),
      displayPriceUnit: (l: Any) => l.get_unit_display_price(),
      unitDisplayPrice: (l: Any) => l.get_unit_display_price(),
      orderDisplayProductName: (l: Any) => ({ name: l.get_full_product_name(), attributeString: "" }),
    },
  };
  for (const model of Object.keys(of) as Model[]) {
    if (!host.modern.is(model)) {
      continue;
    }
    const proto = host.base[model].prototype;
    for (const name of Object.keys(of[model])) {
      if (!hasOwn(proto, name)) {
        given(proto, name, of[model][name], host.core(name));
      }
    }
  }
}

/** given is a property that is worked out, until code sets it. */
function given(proto: Any, name: string, value: (self: Any) => Any, lost: Lost): void {
  Object.defineProperty(proto, name, {
    configurable: true,
    get(this: Any): Any {
      return value(this);
    },
    set(this: Any, now: Any) {
      lost(state(this).json, now);
      Object.defineProperty(this, name, { value: now, writable: true, configurable: true, enumerable: true });
    },
  });
}
