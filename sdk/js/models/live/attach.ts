// What the base classes do more in a page: they tell what was changed, and know the live models.
import { Events } from "../events";
import type { Host } from "../host";
import { newPos } from "../pos";
import { or } from "../state";
import type { Any, Dict } from "../types";

/** Page is what the base classes of one chain are told of. */
export interface Page {
  /** A hook is tried on a record that isn't there yet: as on a server. */
  trying(): boolean;
  /** The order that hooks or the page look at. */
  order(): Any;
  /** The live lines of a live order. */
  lines(order: Any): Any[] | undefined;
  /** trigger was called on an instance. */
  heard(instance: Any, event: string): void;
  /** A setter was called on an instance. */
  edited(instance: Any): void;
  /** A quantity was typed. */
  typed(instance: Any): void;
}

/** attach is called before an extension's files run, so that they extend what stands here. */
export function attach(host: Host, page: Page): void {
  const { order: baseOrder, linesOf, pos } = host;
  let livePos: Any;
  host.order = () => (page.trying() ? baseOrder.call(host) : page.order());
  host.pos = () => (page.trying() ? pos.call(host) : (livePos ??= newPos(host)));
  host.linesOf = (order, json, made) =>
    (page.trying() ? undefined : page.lines(order)) ?? linesOf.call(host, order, json, made);
  onTrigger(host.base.Order.prototype, page);
  onTrigger(host.base.Orderline.prototype, page);
  orders(host, page);
  lines(host, page);
}

function onTrigger(proto: Any, page: Page): void {
  proto.trigger = function (this: Any, names: Any, ...args: Any[]): Any {
    Events.trigger.call(this, names, ...args);
    for (const name of String(names).split(/\s+/)) page.heard(this, name);
    return this;
  };
}

/** after lets a method tell of itself when it has run. */
function after(proto: Any, name: string, tell: (self: Any, args: Any[]) => void): void {
  const base = proto[name];
  proto[name] = function (this: Any, ...args: Any[]): Any {
    const result = base.apply(this, args);
    tell(this, args);
    return result;
  };
}

function orders(host: Host, page: Page): void {
  const proto = host.base.Order.prototype;
  for (const name of ["set_client", "set_pricelist", "set_to_invoice", "add_orderline", "remove_orderline"]) {
    after(proto, name, (order) => page.edited(order));
  }
  proto.addOrderline = proto.add_orderline;
  proto.removeOrderline = proto.remove_orderline;
  proto.add_product = proto.addProduct = function (this: Any, product: Any, options: Dict = {}): Any {
    const line = host.make("Orderline", { pos: this.pos, order: this, product });
    line.order = this;
    line.product = product;
    const price = [options.price, product.lst_price, product.list_price, product.price].find(
      (p) => typeof p === "number",
    );
    if (price !== undefined) line.price = price;
    line.set_quantity(or(options.quantity, 1));
    if (options.discount) line.set_discount(options.discount);
    this.add_orderline(line);
    return line;
  };
}

function lines(host: Host, page: Page): void {
  const proto = host.base.Orderline.prototype;
  const { set_quantity } = proto;
  proto.set_quantity = function (this: Any, quantity: Any, ...more: Any[]): Any {
    // A numpad hands over text.
    if (typeof quantity === "string") page.typed(this);
    return set_quantity.call(this, quantity, ...more);
  };
  after(proto, "set_customer_note", (line) => page.edited(line));
}
