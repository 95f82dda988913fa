/** @odoo-module **/
// Names of Odoo 18, still with the old hooks.
//: order.invoice_note "PO 77" "PO 78"
//: orderline.warranty_months 12 24
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";
import { makeAwaitable } from "@point_of_sale/app/store/make_awaitable_dialog";

patch(PosOrder.prototype, {
    setup(vals) {
        super.setup(vals);
        this.invoice_note = vals.invoice_note || "";
    },
    init_from_JSON(json) {
        super.init_from_JSON?.(...arguments);
        this.invoice_note = json.invoice_note || "";
    },
    export_as_JSON() {
        const json = super.export_as_JSON ? super.export_as_JSON(...arguments) : {};
        json.invoice_note = this.invoice_note;
        return json;
    },
    serializeForORM(options = {}) {
        return { ...super.serializeForORM(options), invoice_note: this.invoice_note };
    },
});
patch(PosOrderline.prototype, {
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.warranty_months = json.warranty_months;
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.warranty_months = this.warranty_months;
        return json;
    },
    can_be_merged_with(orderline) {
        return super.can_be_merged_with(...arguments) && this.warranty_months === orderline.warranty_months;
    },
});
