/** @odoo-module **/
// Delivery address and date; Odoo 17.
//: order.delivery_address "Main St 1" "Side St 2"
//: order.delivery_date "2026-11-21 10:00:00" "2026-11-22 11:30:00"
//: order.is_delivery true false
import { Order } from "@point_of_sale/app/store/models";
import { PosStore } from "@point_of_sale/app/store/pos_store";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { usePos } from "@point_of_sale/app/store/pos_hook";
import { useService } from "@web/core/utils/hooks";
import { AbstractAwaitablePopup } from "@point_of_sale/app/popup/abstract_awaitable_popup";
import { _t } from "@web/core/l10n/translation";
import { Component, useState, onMounted } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
const { DateTime } = luxon;

export class DeliveryPopup extends AbstractAwaitablePopup {
    static template = "delivery.Popup";
    static defaultProps = { confirmText: _t("Ok"), cancelText: _t("Cancel"), title: _t("Delivery") };
    setup() {
        super.setup();
        this.pos = usePos();
        this.state = useState({ address: this.props.address });
        onMounted(() => this.inputRef.el.focus());
    }
    getPayload() { return this.state; }
}
export class DeliveryButton extends Component {
    static template = "delivery.Button";
    setup() { this.pos = usePos(); this.popup = useService("popup"); }
    async click() {
        const { confirmed, payload } = await this.popup.add(DeliveryPopup, { title: _t("Where to?") });
        if (confirmed) { this.pos.get_order().delivery_address = payload.address; }
    }
}
ProductScreen.addControlButton({ component: DeliveryButton, condition: () => true });

patch(PosStore.prototype, {
    async _processData(loadedData) {
        await super._processData(...arguments);
        this.carriers = loadedData["delivery.carrier"];
    },
});
patch(Order.prototype, {
    setup() {
        super.setup(...arguments);
        this.delivery_address = this.delivery_address || "";
        this.is_delivery = this.is_delivery || false;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.delivery_address = json.delivery_address;
        this.is_delivery = json.is_delivery;
        if (json.delivery_date) {
            this.delivery_date = DateTime.fromSQL(json.delivery_date);
        }
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.delivery_address = this.delivery_address;
        json.is_delivery = this.is_delivery;
        json.delivery_date = this.delivery_date ? this.delivery_date.toFormat("yyyy-MM-dd HH:mm:ss") : null;
        return json;
    },
});
