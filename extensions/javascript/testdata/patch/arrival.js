/** @odoo-module **/
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import * as owl from "@odoo/owl";
import ProductScreen, { helper as help } from "@point_of_sale/app/screens/product_screen/product_screen";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
const { DateTime } = luxon;

patch(ProductScreen, { components: { ...ProductScreen.components, Extra: help.Extra } });
patch(ProductScreen.prototype, { setup() { super.setup(...arguments); owl.onMounted(() => this.env.bus.trigger("x")); } });

patch(Order.prototype, {
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.arrival = json.arrival ? DateTime.fromSQL(json.arrival) : false;
        this.later = json.later && deserializeDateTime(json.later);
    },
    export_as_JSON() {
        return Object.assign(super.export_as_JSON(...arguments), {
            arrival: this.arrival ? this.arrival.toFormat("yyyy-MM-dd HH:mm:ss") : false,
            later: this.later && serializeDateTime(this.later),
        });
    },
    get isLate() { return this.arrival && this.arrival < DateTime.now(); },
});
export default { Order };
