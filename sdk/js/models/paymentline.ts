import type { Host } from "./host";
import { callable } from "./inherit";
import { begin, ModelMethods } from "./model";
import { quietPaymentline } from "./quiet";
import { or, property, rebase } from "./state";
import { soft } from "./standin";
import type { Any, Class, Dict } from "./types";

/** newPaymentline is Paymentline and Payment of one class chain. */
export function newPaymentline(host: Host): Class {
  class Paymentline extends ModelMethods {
    declare amount: number;
    declare payment_method?: Any;

    override initialize(attributes?: Any, options?: Any): void {
      this.payment_method = options?.payment_method;
      this.setup(attributes, options);
      if (options?.json) {
        this.init_from_JSON(options.json);
      }
    }
    setup(..._args: Any[]): void {}
    init_from_JSON(json: Any): void {
      rebase(this, json);
    }
    apply_ms_data(_data?: Any): void {}
    export_as_JSON(): Dict {
      const self: Any = this;
      return { name: self.name, statement_id: self.id, account_id: 0, journal_id: 0, amount: this.get_amount() };
    }
    export_for_printing(): Dict {
      return { amount: this.get_amount(), journal: (this as Any).name };
    }
    set_amount(amount: Any): void {
      const now = parseFloat(amount) || 0;
      if (now !== this.amount) {
        host.idle((this as Any).order || this, "set_amount", () => (this.amount = now));
      }
      this.trigger("change", this);
    }
    get_amount(): number {
      return this.amount;
    }
    get_amount_str(): string {
      return this.amount.toFixed(2);
    }
    set_selected(): void {}
    get_type(): Any {
      return undefined;
    }
  }
  const proto: Any = Paymentline.prototype;
  quietPaymentline(proto);
  property(proto, "pos", () => host.pos());
  property(proto, "order", () => host.order());
  property(proto, "id", (json) => json.id);
  property(proto, "name", (json) => or(json.method, ""));
  property(proto, "amount", (json) => or(json.amount, 0));
  property(proto, "cashregister", (json) => soft("cashregister", { id: json.method, journal_id: [0, json.method] }));
  return callable(Paymentline, begin, { model_name: "Paymentline" });
}

/** newProduct is Product; what the server doesn't know of it is a stand-in. */
export function newProduct(): Class {
  class Product extends ModelMethods {
    // Products of Odoo 7 have their data in attributes.
    override get(name: string): Any {
      const kept = super.get(name);
      return kept === undefined ? (this as Any)[name] : kept;
    }
    get_price(): number {
      return 0;
    }
    get_display_price(): number {
      return 0;
    }
    isAllowOnlyOneLot(): boolean {
      return false;
    }
  }
  return callable(Product, begin, { model_name: "Product" });
}
