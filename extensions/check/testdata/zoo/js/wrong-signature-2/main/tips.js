import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

patch(PosOrder.prototype, {
    migrate(fields, from, order) { // want: wrong-signature
        return { tip_cents: order ? order.tip : 0 };
    },
    init_from_JSON(json) {
        super.init_from_JSON(json);
        this.tip_cents = json.tip_cents;
    },
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.tip_cents = this.tip_cents;
        return json;
    },
});
