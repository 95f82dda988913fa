/** @odoo-module **/
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    setWarranty(months: number) {
        this.warranty = months;
    },
    serialize(options: object) {
        const data = super.serialize(options);
        data.warranty = this.warranty || 0; // want: one-way
        return data;
    },
});
