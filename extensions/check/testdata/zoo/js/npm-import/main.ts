import { round } from "lodash"; // want: npm-import
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";

patch(Order.prototype, {
    init_from_JSON(json: { tip?: number }) {
        super.init_from_JSON(json);
        this.tip = json.tip;
    },
    export_as_JSON() {
        const json = super.export_as_JSON();
        json.tip = this.tip && round(this.tip, 2);
        return json;
    },
});
