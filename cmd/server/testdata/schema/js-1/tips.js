import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

patch(PosOrder.prototype, {
    init_from_JSON(json) {
        super.init_from_JSON(json);
        this.tip = json.tip;
    },
    export_as_JSON() {
        return Object.assign(super.export_as_JSON(), { tip: this.tip, tipped: this.tip > 0 });
    },
});
