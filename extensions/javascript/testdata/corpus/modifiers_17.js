//: orderline.modifiers [{"id":1,"name":"a","amount":5,"paid":false,"value":"v","qty":1}] [{"id":2,"name":"b","amount":6,"paid":true,"value":"w","qty":2},{"id":3,"name":"c","amount":1,"paid":false,"value":"u","qty":1}]
//: orderline.mod_total one-way 12.5 3
/** @odoo-module */
import { Orderline, Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { deepCopy } from "@web/core/utils/objects";
import { sum } from "@web/core/utils/arrays";
import { formatCurrency } from "@web/core/currency";
patch(Orderline.prototype, {
    setup() {
        super.setup(...arguments);
        this.modifiers ??= [];
    },
    get_mod_total() { return this.modifiers.reduce((t, { amount = 0 }) => t + amount, 0); },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.modifiers = JSON.parse(JSON.stringify(this.modifiers));
        json.mod_total = this.get_mod_total();
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.modifiers = json.modifiers.map((m) => ({ ...m }));
    },
    get_unit_price() { return super.get_unit_price(...arguments) + this.get_mod_total(); },
});
