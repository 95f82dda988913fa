import type { Host } from "./host";
import { callable } from "./inherit";
import { begin, ModelMethods } from "./model";
import { roundDecimals, roundPrecision } from "./numbers";
import { quietOrderline } from "./quiet";
import { emptyList, soft } from "./standin";
import { lasting, or, property, rebase, state } from "./state";
import { type Any, type Class, type Dict, hasOwn } from "./types";

// The keys that Odoo's own export of a line has.
const keys = [
  "qty",
  "price_unit",
  "discount",
  "product_id",
  "tax_ids",
  "description",
  "id",
  "uid",
  "ms_info",
  "pack_lot_ids",
  "price_subtotal",
  "price_subtotal_incl",
];

/** newOrderline is the base class of orderlines of one class chain. */
export function newOrderline(host: Host): Class {
  const view = (self: Any): Dict => host.env.view(keys, (key) => exported(self, key));
  class Orderline extends ModelMethods {
    declare id: number;
    declare quantity: number;
    declare price: number;
    declare discount: number;
    declare order: Any;
    declare pos: Any;
    declare product: Any;
    declare selected: boolean;
    declare note?: string;
    declare customerNote?: string;

    override initialize(attributes?: Any, options?: Any): void {
      if (options && hasOwn(options, "order")) {
        this.order = options.order;
      }
      if (options && hasOwn(options, "product")) {
        this.product = options.product;
      }
      this.setup(attributes, options);
      if (options?.json) {
        this.init_from_JSON(options.json);
      }
    }
    setup(..._args: Any[]): void {}
    initState(): void {
      (this as Any).uiState = {};
    }
    setupState(state: Any): void {
      Object.assign((this as Any).uiState, state);
    }
    serializeState(): Dict {
      return { ...(this as Any).uiState };
    }

    init_from_JSON(json: Any): void {
      const { order } = state(this).own;
      rebase(this, json);
      if (order) {
        this.order = order;
      }
      host.modern.restore("Orderline", this, json);
    }
    apply_ms_data(_data?: Any): void {}
    export_as_JSON(): Dict {
      return host.modern.is("Orderline") ? (this as Any).serializeForORM({}) : view(this);
    }
    serializeForORM(options: Any): Dict {
      return this.serialize(options);
    }
    serialize(_options?: Any): Dict {
      return host.modern.add("Orderline", this, view(this));
    }
    export_for_printing(): Dict {
      return soft("receipt.orderline", {
        id: this.id,
        quantity: this.get_quantity(),
        unit_name: this.get_unit().name,
        price: this.get_unit_display_price(),
        discount: this.get_discount(),
        product_name: this.get_product().display_name,
        price_display: this.get_display_price(),
        price_with_tax: this.get_price_with_tax(),
        price_without_tax: this.get_price_without_tax(),
        tax: this.get_tax(),
      });
    }

    set_quantity(quantity: Any, _keepPrice?: Any): boolean {
      if (quantity === "remove") {
        this.order.remove_orderline(this);
        return true;
      }
      this.quantity = roundDecimals(parseFloat(quantity) || 0, 3);
      this.trigger("change", this);
      return true;
    }
    get_quantity(): number {
      return this.quantity;
    }
    get_quantity_str(): string {
      return String(this.quantity);
    }
    get_quantity_str_with_unit(): string {
      return this.get_quantity_str();
    }
    set_unit_price(price: Any): void {
      this.price = parseFloat(price) || 0;
      this.trigger("change", this);
    }
    get_unit_price(): number {
      return this.price;
    }
    get_unit_display_price(): number {
      return this.get_unit_price();
    }
    get_lst_price(): number {
      return this.price;
    }
    get_fixed_lst_price(): number {
      return this.price;
    }
    set_discount(discount: Any): void {
      this.discount = Math.min(Math.max(parseFloat(discount) || 0, 0), 100);
      this.trigger("change", this);
    }
    get_discount(): number {
      return this.discount;
    }
    get_discount_str(): string {
      return String(this.discount);
    }
    get_display_price_one(): number {
      return this.get_unit_display_price();
    }
    get_taxed_lst_unit_price(): number {
      return this.get_lst_price();
    }
    _map_tax_fiscal_position(tax: Any): Any {
      return tax;
    }
    _mapTaxFiscalPosition(tax: Any): Any {
      return tax;
    }
    _compute_all(_tax?: Any, amount?: Any): number {
      return Number(amount) || 0;
    }
    get_base_price(): number {
      return roundPrecision(this.get_unit_price() * this.get_quantity() * (1 - this.get_discount() / 100), 0.01);
    }
    get_display_price(): number {
      return this.get_base_price();
    }
    get_price_without_tax(): number {
      return this.get_all_prices().priceWithoutTax;
    }
    get_price_with_tax(): number {
      return this.get_all_prices().priceWithTax;
    }
    get_tax(): number {
      return this.get_all_prices().tax;
    }
    // Taxes are names to the server: it knows no rates.
    get_all_prices(): Dict {
      const price = this.get_base_price();
      return { priceWithTax: price, priceWithoutTax: price, priceSumTaxVoid: price, tax: 0, taxDetails: {} };
    }
    get_taxes(): Any[] {
      return emptyList("taxes");
    }
    get_tax_details(): Dict {
      return {};
    }
    get_product(): Any {
      return this.product;
    }
    get_unit(): Any {
      return host.unit();
    }
    get_full_product_name(): string {
      return this.product.display_name;
    }
    // A note on a line is an extension's: the base only keeps it.
    set_note(note: Any): void {
      this.note = note;
      this.trigger("change", this);
    }
    get_note(): Any {
      return this.note;
    }
    set_customer_note(note: Any): void {
      this.customerNote = note;
    }
    get_customer_note(): Any {
      return this.customerNote;
    }
    set_selected(selected: boolean): void {
      this.selected = selected;
    }
    is_selected(): boolean {
      return !!this.selected;
    }
    set_product_lot(): void {}
    set_dirty(): void {}
    set_skip(): void {}
    can_be_merged_with(line: Any): boolean {
      return this.get_product().id === line.get_product().id && this.get_discount() === line.get_discount();
    }
    merge(line: Any): void {
      this.set_quantity(this.get_quantity() + line.get_quantity());
    }
    assert_editable(): void {}
    fix_tax_included_price(): void {}
    getDisplayData(): Dict {
      return {};
    }
  }
  quietOrderline(Orderline.prototype as Any, host);
  properties(Orderline.prototype, host);
  return callable(Orderline, begin, { model_name: "Orderline" });
}

function properties(proto: Any, host: Host): void {
  property(proto, "pos", () => host.pos());
  property(proto, "order", () => host.order());
  property(proto, "env", () => host.environment());
  property(proto, "id", (json) => json.id);
  property(proto, "uid", (json) => json.uid);
  property(proto, "quantity", (json) => or(json.qty, 0), host.core("qty"));
  property(proto, "quantityStr", (_, line) => String(line.quantity));
  property(proto, "price", (json) => or(json.price_unit, 0), host.core("price_unit"));
  property(proto, "discount", (json) => or(json.discount, 0), host.core("discount"));
  property(proto, "discountStr", (_, line) => String(line.discount));
  property(proto, "description", (json) => json.description, host.core("description"));
  property(proto, "tax_ids", (json) => json.tax_ids, host.core("tax_ids"));
  property(proto, "ms_info", (json) => json.ms_info);
  property(proto, "type", () => "unit");
  property(proto, "selected", () => false);
  lasting(proto, "product", (json) => host.product(json.product_id), host.core("product_id"));
}

/** exported is what the base exports under a key. */
function exported(line: Any, key: string): Any {
  switch (key) {
    case "qty":
      return line.get_quantity();
    case "price_unit":
      return line.get_unit_price();
    case "discount":
      return line.get_discount();
    case "product_id":
      return line.get_product().id;
    case "tax_ids":
      return or(line.tax_ids, [[6, false, []]]);
    case "pack_lot_ids":
      return [];
    case "price_subtotal":
      return line.get_price_without_tax();
    case "price_subtotal_incl":
      return line.get_price_with_tax();
  }
  return line[key];
}
