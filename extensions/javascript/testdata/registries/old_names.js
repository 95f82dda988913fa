/** @odoo-module **/
import Registries from "point_of_sale.Registries";
import { Order } from "point_of_sale.models";
import PaymentScreen from "point_of_sale.PaymentScreen";
import core, { _t } from "web.core";

const AcmePayment = (PaymentScreen) => class extends PaymentScreen {
    async validateOrder(isForce) { await super.validateOrder(isForce); core.bus.trigger("x"); }
};
Registries.Component.extend(PaymentScreen, AcmePayment);

Registries.Model.extend(Order, (Order) => class AcmeOrder extends Order {
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.delivery = this.delivery ?? null;
        return json;
    }
    init_from_JSON(json) {
        this.delivery = json.delivery;
        super.init_from_JSON(json);
    }
});
export const label = _t("Delivery");
