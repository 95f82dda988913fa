/** @odoo-module **/
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";

patch(Order.prototype, {
    init_from_json(json) { // want: misspelt-hook
        super.init_from_JSON(json);
        this.note = json.note;
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.note = this.note; // want: one-way
        return json;
    },
});
