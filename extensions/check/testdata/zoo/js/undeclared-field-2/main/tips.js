import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

const inCents = (fields) => {
    fields.gratuity = fields.tip || 0; // of the schema between
    fields.tip_cents = Math.round(fields.gratuity * 100) || 0;
    delete fields.gratuity;
};

patch(PosOrder.prototype, {
    migrate(fields) {
        const became = { tip: fields.tip };
        inCents(became);
        return this.whole(became);
    },
    // It is migrate's alone, and what it writes no hook exports.
    whole(json) {
        json.tip = undefined;
        return { tip_cents: json.tip_cents };
    },
    init_from_JSON(json) {
        super.init_from_JSON(json);
        this.tip_cents = json.tip_cents;
    },
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.tip_cents = this.tip_cents;
        json.tip = 1; // want: undeclared-field
        return json;
    },
});
