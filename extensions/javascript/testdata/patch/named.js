/** @odoo-module */
import { Order } from "@point_of_sale/js/models";
import { patch } from "@web/core/utils/patch";

patch(Order.prototype, "acme_guests.Order", {
    export_as_JSON() {
        const json = this._super(...arguments);
        json.guests = this.guests;
        return json;
    },
    init_from_JSON(json) {
        this._super(json);
        this.guests = json.guests || 1;
    },
});
