// Types of what an extension's scripts find, for editors and for tsc. Generated from Manytill's sources; don't edit.
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

/** An order as hooks are handed it, and as they export it: the core's fields, and those of extensions. */
interface OrderJSON {
  readonly uid: string;
  readonly name: string;
  readonly sequence_number: number;
  readonly lines: [0, 0, OrderlineJSON][];
  readonly statement_ids: [0, 0, any][];
  readonly ms_info: any;
  readonly mt_state: "open" | "paid" | "cancelled" | "abandoned";
  readonly mt_number: number;
  readonly mt_run: number;
  readonly mt_payments: PaymentJSON[];
  readonly mt_tapped_at: string;
  readonly mt_mutation: string | null;
  fiscal_position_id?: number | string | null;
  follows?: string | null;
  mt_removed?: string[] | null;
  partner_id?: number | string | null;
  pricelist_id?: number | string | null;
  [field: string]: any;
}

/** A line of an order, likewise. */
interface OrderlineJSON {
  readonly uid: string;
  readonly id: number;
  readonly ms_info: any;
  readonly mt_state: "open" | "paid" | "cancelled" | "abandoned";
  readonly mt_number: number;
  readonly mt_run: number;
  readonly mt_payments: PaymentJSON[];
  readonly mt_tapped_at: string;
  readonly mt_mutation: string | null;
  description?: string | null;
  discount?: number | null;
  price_unit?: number | null;
  product_id?: number | string | null;
  qty?: number | null;
  tax_ids?: [[6, false, (number | string)[]]] | null;
  [field: string]: any;
}

/** The base class Order; a vendor's own members are found on it too. */
interface Order {
  add_orderline(line: any): void;
  add_paymentline(method?: any): any;
  add_product(product: any, options?: Record<string, any>): void;
  apply_ms_data(data: OrderJSON): void;
  assert_editable(): void;
  attributes: Record<string, any>;
  can_be_merged_with(): boolean;
  clear(): this;
  client?: any;
  clone(): any;
  creation_date: any;
  deselect_orderline(): void;
  destroy(): void;
  effect(name: string, key: string, data: any): void;
  effect_result(name: string, key: string, result: any): void;
  env: any;
  export_as_JSON(): OrderJSON;
  export_for_printing(): Record<string, any>;
  fetch(): void;
  finalize(): void;
  finalized: any;
  fiscal_position: any;
  fix_tax_included_price(): void;
  get(name: string): any;
  getDisplayData(): Record<string, any>;
  get_change(): number;
  get_client(): any;
  get_client_name(): string;
  get_due(): number;
  get_last_orderline(): any;
  get_name(): string;
  get_orderline(id: any): any;
  get_orderlines(): any[];
  get_partner(): any;
  get_paymentlines(): any[];
  get_screen_data(): any;
  get_selected_orderline(): any;
  get_subtotal(): number;
  get_tax_details(): any[];
  get_total_discount(): number;
  get_total_paid(): number;
  get_total_tax(): number;
  get_total_with_tax(): number;
  get_total_without_tax(): number;
  get_uid(): string;
  has(name: string): boolean;
  hasChanged(): boolean;
  initState(): void;
  init_from_JSON(json: OrderJSON): void;
  initialize(attributes?: any, options?: any): void;
  initialize_validation_date(): void;
  isNew(): boolean;
  isValid(): boolean;
  is_empty(): boolean;
  is_paid(): boolean;
  is_to_invoice(): boolean;
  locked: any;
  ms_info: any;
  name: string;
  orderlines: any;
  partner: any;
  partner_id: any;
  paymentlines: any;
  pos: any;
  previous(name: string): any;
  pricelist: any;
  put_line(key: string, fields: Partial<OrderlineJSON>): void;
  remove_orderline(line: any): void;
  remove_paymentline(line: any): void;
  save(): void;
  save_to_db(): void;
  select_orderline(line: any): void;
  selected_orderline?: any;
  sequence_number: any;
  serialize(_options?: any): Record<string, any>;
  serializeForORM(options: any): Record<string, any>;
  serializeState(): Record<string, any>;
  set(name: any, value?: any, options?: any): this;
  set_client(client: any): void;
  set_partner(client: any): void;
  set_pricelist(pricelist: any): void;
  set_screen_data(): void;
  set_to_invoice(on: boolean): void;
  setup(..._args: any[]): void;
  setupState(state: any): void;
  storage: { get(key: string): any; set(key: string, value: any, options?: { until: "end" }): void };
  temporary: any;
  toJSON(): Record<string, any>;
  to_invoice?: boolean;
  trigger: (names: string, ...args: any[]) => this;
  uid: string;
  unset(name: string): this;
  validation_date: any;
  [member: string]: any;
}

/** The base class Orderline; a vendor's own members are found on it too. */
interface Orderline {
  _compute_all(_tax?: any, amount?: any): number;
  _mapTaxFiscalPosition(tax: any): any;
  _map_tax_fiscal_position(tax: any): any;
  apply_ms_data(data: OrderlineJSON): void;
  assert_editable(): void;
  attributes: Record<string, any>;
  can_be_merged_with(line: any): boolean;
  clear(): this;
  clone(): any;
  customerNote?: string;
  description: any;
  destroy(): void;
  discount: number;
  discountStr: any;
  env: any;
  export_as_JSON(): OrderlineJSON;
  export_for_printing(): Record<string, any>;
  fetch(): void;
  fix_tax_included_price(): void;
  get(name: string): any;
  getDisplayData(): Record<string, any>;
  get_all_prices(): Record<string, any>;
  get_base_price(): number;
  get_customer_note(): any;
  get_discount(): number;
  get_discount_str(): string;
  get_display_price(): number;
  get_display_price_one(): number;
  get_fixed_lst_price(): number;
  get_full_product_name(): string;
  get_lst_price(): number;
  get_note(): any;
  get_price_with_tax(): number;
  get_price_without_tax(): number;
  get_product(): any;
  get_quantity(): number;
  get_quantity_str(): string;
  get_quantity_str_with_unit(): string;
  get_tax(): number;
  get_tax_details(): Record<string, any>;
  get_taxed_lst_unit_price(): number;
  get_taxes(): any[];
  get_unit(): any;
  get_unit_display_price(): number;
  get_unit_price(): number;
  has(name: string): boolean;
  hasChanged(): boolean;
  id: number;
  initState(): void;
  init_from_JSON(json: OrderlineJSON): void;
  initialize(attributes?: any, options?: any): void;
  isNew(): boolean;
  isValid(): boolean;
  is_selected(): boolean;
  merge(line: any): void;
  ms_info: any;
  note?: string;
  order: any;
  pos: any;
  previous(name: string): any;
  price: number;
  product: any;
  quantity: number;
  quantityStr: any;
  save(): void;
  selected: boolean;
  serialize(_options?: any): Record<string, any>;
  serializeForORM(options: any): Record<string, any>;
  serializeState(): Record<string, any>;
  set(name: any, value?: any, options?: any): this;
  set_customer_note(note: any): void;
  set_dirty(): void;
  set_discount(discount: any): void;
  set_note(note: any): void;
  set_product_lot(): void;
  set_quantity(quantity: any, _keepPrice?: any): boolean;
  set_selected(selected: boolean): void;
  set_skip(): void;
  set_unit_price(price: any): void;
  setup(..._args: any[]): void;
  setupState(state: any): void;
  storage: { get(key: string): any; set(key: string, value: any, options?: { until: "end" }): void };
  tax_ids: any;
  toJSON(): Record<string, any>;
  trigger: (names: string, ...args: any[]) => this;
  type: any;
  uid: any;
  unset(name: string): this;
  [member: string]: any;
}

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
