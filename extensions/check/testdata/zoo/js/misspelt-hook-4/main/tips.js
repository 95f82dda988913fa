import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

patch(PosOrder.prototype, {
    migrate(fields) {
        return { tip_cents: this.centsOf(fields.tip) };
    },
    centsOf: (tip) => Math.round(tip * 100) || 0,
    migrateData(fields, from) { // want: misspelt-hook
        return { tip_cents: from };
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
