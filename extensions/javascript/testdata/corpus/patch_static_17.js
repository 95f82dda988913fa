/** @odoo-module **/
// Patches of components' statics, services and models of other addons; Odoo 17.
//: order.floating_name "Anna" "Ben"
//: orderline.seat_no 1 2
import { Order, Orderline, Payment, Product } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { FloorScreen } from "@pos_restaurant/app/floor_screen/floor_screen";
import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { Navbar } from "@point_of_sale/app/navbar/navbar";
import { ConfirmPopup } from "@point_of_sale/app/utils/confirm_popup/confirm_popup";
import { NumberPopup } from "@point_of_sale/app/utils/input_popups/number_popup";
import { omit } from "@web/core/utils/objects";
import { roundPrecision as round_pr, floatIsZero } from "@web/core/utils/numbers";
import { session } from "@web/session";
import { rpc } from "@web/core/network/rpc_service";

patch(Navbar, { components: { ...Navbar.components, NumberPopup } });
patch(FloorScreen.prototype, {
    setup() { super.setup(...arguments); this.limit = session.limit || 10; },
    async onClickTable(table) { return super.onClickTable(table); },
});
patch(TicketScreen.prototype, {
    _getSearchFields() {
        return Object.assign({}, super._getSearchFields(...arguments), { FLOATING: { repr: (o) => o.floating_name, displayName: "Name", modelField: "floating_name" } });
    },
});
patch(Payment.prototype, { export_as_JSON() { return omit(super.export_as_JSON(...arguments), "x"); } });
patch(Product.prototype, { get_price(pricelist, quantity, price_extra) { return round_pr(super.get_price(...arguments), 0.05); } });
patch(Order.prototype, {
    init_from_JSON(json) { super.init_from_JSON(json); this.floating_name = json.floating_name; },
    export_as_JSON() { const json = super.export_as_JSON(); json.floating_name = this.floating_name; return json; },
    add_orderline(line) { super.add_orderline(...arguments); if (floatIsZero(line.get_quantity(), 3)) { this.removeOrderline(line); } },
});
patch(Orderline.prototype, {
    init_from_JSON(json) { super.init_from_JSON(json); this.seat_no = json.seat_no; },
    export_as_JSON() { const json = super.export_as_JSON(); json.seat_no = this.seat_no; return json; },
});
