import { collection } from "./collection";
import type { Host } from "./host";
import { callable } from "./inherit";
import { begin, ModelMethods } from "./model";
import { roundPrecision } from "./numbers";
import { quietOrder } from "./quiet";
import { emptyList, soft } from "./standin";
import { lasting, making, or, property, rebase, state } from "./state";
import { type Any, type Class, type Dict, hasOwn, hidden } from "./types";

// The keys that Odoo's own export of an order has.
const keys = [
  "name",
  "amount_paid",
  "amount_total",
  "amount_tax",
  "amount_return",
  "lines",
  "statement_ids",
  "pos_session_id",
  "pricelist_id",
  "partner_id",
  "user_id",
  "uid",
  "sequence_number",
  "creation_date",
  "fiscal_position_id",
  "ms_info",
];

const sum = (items: Any[], by: (item: Any) => number): number =>
  items.reduce((total, item) => total + (Number(by(item)) || 0), 0);

/** newOrder is the base class of orders of one class chain. */
export function newOrder(host: Host): Class {
  const view = (self: Any): Dict => host.env.view(keys, (key) => exported(self, key));
  class Order extends ModelMethods {
    declare pos: Any;
    declare orderlines: Any;
    declare paymentlines: Any;
    declare to_invoice?: boolean;
    declare selected_orderline?: Any;
    declare client?: Any;
    declare uid: string;
    declare name: string;

    override initialize(attributes?: Any, options?: Any): void {
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
      rebase(this, json);
      host.modern.restore("Order", this, json);
      if (host.within) {
        this.get_orderlines();
      }
    }
    apply_ms_data(_data?: Any): void {}
    export_as_JSON(): Dict {
      return host.modern.is("Order") ? (this as Any).serializeForORM({}) : view(this);
    }
    serializeForORM(options: Any): Dict {
      return this.serialize(options);
    }
    serialize(_options?: Any): Dict {
      return host.modern.add("Order", this, view(this));
    }
    export_for_printing(): Dict {
      return soft("receipt", {
        orderlines: this.orderlines.map((line: Any) => line.export_for_printing()),
        paymentlines: this.paymentlines.map((line: Any) => line.export_for_printing()),
        subtotal: this.get_subtotal(),
        total_with_tax: this.get_total_with_tax(),
        total_without_tax: this.get_total_without_tax(),
        total_tax: this.get_total_tax(),
        total_paid: this.get_total_paid(),
        total_discount: this.get_total_discount(),
        tax_details: this.get_tax_details(),
        change: this.get_change(),
        name: this.get_name(),
        client: this.get_client_name() || null,
        cashier: null,
      });
    }

    override get(name: string): Any {
      switch (name) {
        case "orderLines":
          return this.orderlines;
        case "paymentLines":
          return this.paymentlines;
        case "client":
          return this.get_client();
        case "name":
          return or(super.get(name), this.name);
        case "creationDate":
          return or(super.get(name), (this as Any).creation_date);
      }
      return super.get(name);
    }

    // Lines.
    get_orderlines(): Any[] {
      return this.orderlines.slice();
    }
    get_orderline(id: Any): Any {
      return this.orderlines.find((line: Any) => line.id === id);
    }
    get_last_orderline(): Any {
      return this.orderlines.at(this.orderlines.length - 1);
    }
    get_selected_orderline(): Any {
      return this.selected_orderline;
    }
    select_orderline(line: Any): void {
      this.selected_orderline = line;
    }
    deselect_orderline(): void {
      this.selected_orderline = undefined;
    }
    add_orderline(line: Any): void {
      host.idle(this, "add_orderline", () => {
        line.order = this;
        this.orderlines.add(line);
      });
    }
    remove_orderline(line: Any): void {
      host.idle(this, "remove_orderline", () => this.orderlines.remove(line));
    }
    add_product(product: Any, options?: Dict): void {
      const add = (): void => {
        const line = host.make("Orderline", { pos: this.pos, order: this, product });
        line.set_quantity(or(options?.quantity, 1));
        this.add_orderline(line);
      };
      host.idle(this, "add_product", add, false);
    }
    is_empty(): boolean {
      return this.orderlines.length === 0;
    }

    // Money.
    get_paymentlines(): Any[] {
      return this.paymentlines.slice();
    }
    add_paymentline(method?: Any): Any {
      return host.idle(this, "add_paymentline", () => {
        const line = host.make("Paymentline", { pos: this.pos, order: this, payment_method: method });
        this.paymentlines.add(line);
        return line;
      });
    }
    remove_paymentline(line: Any): void {
      host.idle(this, "remove_paymentline", () => this.paymentlines.remove(line));
    }
    get_subtotal(): number {
      return roundPrecision(
        sum(this.orderlines, (line) => line.get_display_price()),
        0.01,
      );
    }
    get_total_without_tax(): number {
      return roundPrecision(
        sum(this.orderlines, (line) => line.get_price_without_tax()),
        0.01,
      );
    }
    get_total_tax(): number {
      return roundPrecision(
        sum(this.orderlines, (line) => line.get_tax()),
        0.01,
      );
    }
    get_total_with_tax(): number {
      return this.get_total_without_tax() + this.get_total_tax();
    }
    get_total_discount(): number {
      return roundPrecision(
        sum(this.orderlines, (line) => (line.get_unit_price() * line.get_quantity() * line.get_discount()) / 100),
        0.01,
      );
    }
    get_total_paid(): number {
      return roundPrecision(
        sum(this.paymentlines, (line) => line.get_amount()),
        0.01,
      );
    }
    get_due(): number {
      return roundPrecision(this.get_total_with_tax() - this.get_total_paid(), 0.01);
    }
    get_change(): number {
      return Math.max(0, -this.get_due());
    }
    get_tax_details(): Any[] {
      return emptyList("tax_details");
    }
    is_paid(): boolean {
      return this.get_due() <= 0;
    }

    // Who, and what else.
    get_client(): Any {
      return host.partner(
        this.client && typeof this.client === "object" ? this.client.id : state(this).json.partner_id,
        this.client,
      );
    }
    get_partner(): Any {
      return this.get_client();
    }
    set_client(client: Any): void {
      host.core("partner_id")(state(this).json, client);
      this.client = client;
    }
    set_partner(client: Any): void {
      this.set_client(client);
    }
    get_client_name(): string {
      const client = this.get_client();
      return client ? client.name : "";
    }
    get_name(): string {
      return this.name;
    }
    get_uid(): string {
      return this.uid;
    }
    set_to_invoice(on: boolean): void {
      this.to_invoice = on;
    }
    is_to_invoice(): boolean {
      return !!this.to_invoice;
    }
    set_pricelist(pricelist: Any): void {
      (this as Any).pricelist = pricelist;
    }
    assert_editable(): void {}
    save_to_db(): void {}
    fix_tax_included_price(): void {}
    can_be_merged_with(): boolean {
      return false;
    }
    get_screen_data(): Any {
      return undefined;
    }
    set_screen_data(): void {}
    finalize(): void {}
    initialize_validation_date(): void {}
    getDisplayData(): Dict {
      return {};
    }
  }
  const proto: Any = Order.prototype;
  quietOrder(proto, host);
  properties(proto, host);
  if (host.env.putLine) {
    hidden(proto, "put_line", function (this: Any, key: Any, fields: Any): void {
      host.env.putLine!(this, key, fields);
    });
  }
  return callable(Order, begin, { model_name: "Order" });
}

function properties(proto: Any, host: Host): void {
  property(proto, "pos", () => host.pos());
  property(proto, "env", () => host.environment());
  property(proto, "uid", (json) => json.uid);
  property(proto, "name", (json) => json.name);
  property(proto, "sequence_number", (json) => json.sequence_number);
  property(proto, "ms_info", (json) => json.ms_info);
  property(proto, "partner_id", (json) => json.partner_id, host.core("partner_id"));
  property(proto, "pricelist", (json) => host.pricelist(json.pricelist_id), host.core("pricelist_id"));
  property(
    proto,
    "fiscal_position",
    (json) => host.named("fiscal_position", json.fiscal_position_id),
    host.core("fiscal_position_id"),
  );
  property(proto, "creation_date", () => new Date());
  property(proto, "validation_date", () => new Date());
  property(proto, "locked", () => false);
  property(proto, "finalized", () => false);
  property(proto, "temporary", () => false);
  // While lines are being made, the order has those that are made.
  property(proto, "orderlines", (json, order) => {
    const made = making(order);
    if (!hasOwn(made, "orderlines")) {
      const lines = (made.orderlines = collection([]));
      const found = host.linesOf(order, json, lines);
      if (found !== lines) {
        made.orderlines = collection(found);
      }
    }
    return made.orderlines;
  });
  lasting(proto, "paymentlines", (json, order) => collection(host.paymentsOf(order, json)));
  property(proto, "partner", (_, order) => order.get_client(), host.core("partner_id"));
}

/** set is the id of what code has set a property to, false for none; undefined if it hasn't. */
function set(order: Any, ...names: string[]): Any {
  const { own } = state(order);
  const name = names.find((name) => hasOwn(own, name));
  if (name === undefined) {
    return undefined;
  }
  const value = own[name];
  return or(value && typeof value === "object" ? value.id : value, false);
}

/** exported is what the base exports under a key. */
function exported(order: Any, key: string): Any {
  const { json } = state(order);
  switch (key) {
    case "lines":
      return order.orderlines.map((line: Any) => [0, 0, line.export_as_JSON()]);
    case "statement_ids":
      return order.paymentlines.map((line: Any) => [0, 0, line.export_as_JSON()]);
    case "amount_paid":
      return order.get_total_paid() - order.get_change();
    case "amount_total":
      return order.get_total_with_tax();
    case "amount_tax":
      return order.get_total_tax();
    case "amount_return":
      return order.get_change();
    case "partner_id":
      return or(set(order, "partner_id", "partner"), order.get_client() ? order.get_client().id : false);
    case "pricelist_id":
      return or(set(order, "pricelist"), or(json[key], false));
    case "fiscal_position_id":
      return or(set(order, "fiscal_position"), or(json[key], false));
    case "pos_session_id":
    case "user_id":
      return 0;
  }
  return order[key];
}
