/** @odoo-module */
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";

patch(Order.prototype, {
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.badge_length = (json.badge || "").length;
        json.color = this.color;
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.color = json.color;
    },
});
