import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";

patch(PosOrder.prototype, {
    migrate(fields, from) {
        const { tip, ...rest } = super.migrate(fields, from);
        return tip === undefined ? rest : { ...rest, tip_cents: Math.round(tip * 100) };
    },
    init_from_JSON(json) {
        super.init_from_JSON(json);
        this.tip_cents = json.tip_cents;
    },
    export_as_JSON() {
        return Object.assign(super.export_as_JSON(), { tip_cents: this.tip_cents, tipped: this.tip_cents > 0 });
    },
});
patch(PosOrderline.prototype, {
    migrate(fields) {
        const { cooked, ...rest } = fields;
        return cooked ? { ...rest, steps: [cooked] } : rest;
    },
});
