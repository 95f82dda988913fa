/** @odoo-module */
// Reason of a discount, with a UI component of the name Orderline; Odoo 17.
//: orderline.discount_reason "staff" "damage"
//: orderline.discount_by one-way 5 6
import { Orderline as OrderlineComponent } from "@point_of_sale/app/generic_components/orderline/orderline";
import { Orderline } from "@point_of_sale/app/store/models";
import { OrderWidget } from "@point_of_sale/app/generic_components/order_widget/order_widget";
import { PosDB } from "@point_of_sale/app/store/db";
import { patch } from "@web/core/utils/patch";
import { sprintf } from "@web/core/utils/strings";
import { ErrorPopup } from "@point_of_sale/app/errors/popups/error_popup";

patch(OrderlineComponent, {
    props: {
        ...OrderlineComponent.props,
        line: { ...OrderlineComponent.props.line, shape: { ...OrderlineComponent.props.line.shape, discount_reason: { type: String, optional: true } } },
    },
});
patch(Orderline.prototype, {
    setup(_defaultObj, options) {
        super.setup(...arguments);
        if (!options.json) {
            this.discount_reason = "";
        }
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.discount_reason = json.discount_reason;
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.discount_reason = this.discount_reason;
        json.discount_by = this.pos.get_cashier()?.id;
        return json;
    },
    getDisplayData() {
        return { ...super.getDisplayData(), discount_reason: this.discount_reason };
    },
});
patch(PosDB.prototype, {
    add_products(products) { super.add_products(...arguments); this.reasons = []; },
});
