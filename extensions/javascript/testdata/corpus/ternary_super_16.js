/** @odoo-module alias=quick_sale.models **/
// Two super calls in a branch, a clone, class statics; Odoo 16.
//: order.quick_sale true false
//: orderline.quick_price 2.5 3.75
import { Order, Orderline, Payment } from "point_of_sale.models";
import Registries from "point_of_sale.Registries";
import { useListener } from "@web/core/utils/hooks";
import PaymentScreen from "point_of_sale.PaymentScreen";

export const QuickPaymentScreen = (PaymentScreen) =>
    class extends PaymentScreen {
        setup() {
            super.setup();
            useListener("quick-pay", this.quickPay);
        }
        async quickPay() {
            await this.validateOrder(true);
        }
    };
Registries.Component.extend(PaymentScreen, QuickPaymentScreen);

const QuickOrder = (Order) =>
    class QuickOrder extends Order {
        static instances = 0;
        #secret = 1;
        constructor(obj, options) {
            super(obj, options);
            QuickOrder.instances++;
        }
        get isQuick() {
            return Boolean(this.quick_sale) && this.#secret === 1;
        }
        export_as_JSON() {
            const json = this.quick_sale === undefined ? super.export_as_JSON() : super.export_as_JSON(...arguments);
            json.quick_sale = this.quick_sale;
            return json;
        }
        init_from_JSON(json) {
            this.quick_sale = json.quick_sale;
            return super.init_from_JSON(json);
        }
    };
Registries.Model.extend(Order, QuickOrder);

const QuickOrderline = (Orderline) =>
    class extends Orderline {
        clone() {
            const copy = super.clone();
            copy.quick_price = this.quick_price;
            return copy;
        }
        init_from_JSON(json) {
            super.init_from_JSON(...arguments);
            this.quick_price = json.quick_price;
        }
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.quick_price = this.quick_price;
            return json;
        }
    };
Registries.Model.extend(Orderline, QuickOrderline);
Registries.Model.extend(Payment, (Payment) => class extends Payment {
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        return json ? { ...json, quick: true } : json;
    }
});
