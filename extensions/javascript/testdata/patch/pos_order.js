/** @odoo-module */
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

// After Odoo 17 the super hook may not exist.
patch(PosOrder.prototype, {
    export_as_JSON() {
        const json = super.export_as_JSON ? super.export_as_JSON(...arguments) : {};
        json.table_hint = this.table_hint;
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON?.(...arguments);
        this.table_hint = json.table_hint;
    },
});
patch(PosOrderline.prototype, {
    serialize() { return super.serialize(...arguments); },
});
