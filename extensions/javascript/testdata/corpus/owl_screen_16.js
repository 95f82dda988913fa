/** @odoo-module **/
// Mostly screen: components, popups, templates, keyboard; two keys at the end; Odoo 16.
//: order.split_mode "seat" "item"
//: order.split_parts [{"seat":1,"lines":["l"]}] []
import { Order } from "point_of_sale.models";
import Registries from "point_of_sale.Registries";
import PosComponent from "point_of_sale.PosComponent";
import AbstractAwaitablePopup from "point_of_sale.AbstractAwaitablePopup";
import ControlButtonsMixin from "point_of_sale.ControlButtonsMixin";
import SplitBillScreen from "pos_restaurant.SplitBillScreen";
import { useBarcodeReader } from "point_of_sale.custom_hooks";
import { Gui } from "point_of_sale.Gui";
import { Chrome } from "point_of_sale.Chrome";
const { Component, xml, useState, useRef, onWillUnmount } = owl;

class SeatPopup extends ControlButtonsMixin(AbstractAwaitablePopup) {
    static template = xml`<div class="popup"><t t-esc="props.title"/></div>`;
    setup() {
        super.setup();
        this.state = useState({ seats: [] });
        this.ref = useRef("input");
        useBarcodeReader({ client: this._scan }, true);
        onWillUnmount(() => this.ref.el && this.ref.el.blur());
    }
    getPayload() { return { ...this.state, seats: [...this.state.seats] }; }
}
SeatPopup.defaultProps = { ...AbstractAwaitablePopup.defaultProps, title: "Seats" };
Registries.Component.add(SeatPopup);

const SeatSplit = (SplitBillScreen) => class extends SplitBillScreen {
    constructor() { super(...arguments); this.seats = {}; }
    async proceed() {
        if (!(await super.proceed(...arguments))) { return; }
        this.showScreen("PaymentScreen");
    }
};
Registries.Component.extend(SplitBillScreen, SeatSplit);
Chrome.prototype.seatKeys = Object.keys(Chrome.prototype).concat(["s"]);
window.addEventListener("keydown", (ev) => ev.key === "s" && Gui.showPopup("SeatPopup"));

Registries.Model.extend(Order, (Order) => class SeatOrder extends Order {
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.split_mode = this.split_mode;
        json.split_parts = this.split_parts;
        return json;
    }
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.split_mode = json.split_mode;
        this.split_parts = json.split_parts;
    }
});
