import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrder, { extraFields: { ...(PosOrder.extraFields || {}), booth: { name: "booth", type: "char" } } });

patch(PosOrder.prototype, {
    initState() {
        super.initState();
        this.uiState = { ...this.uiState, covers: 1 };
    },
    serializeState() {
        return { ...super.serializeState(), seen: this.uiState.covers };
    },
    get displayName() {
        return `${this.getName()} ${this.lines.length} ${this.currency.rounding} ${this.isRefund()}`;
    },
    serializeForORM(opts = {}) {
        const data = super.serializeForORM(opts);
        data.title = this.displayName;
        data.due = this.totalDue;
        return data;
    },
});

patch(PosOrderline.prototype, {
    setup(vals) {
        super.setup(vals);
        this.weigher = vals.weigher ?? "none";
    },
    setWeigher(weigher) {
        this.weigher = weigher;
    },
    serialize(opts = {}) {
        return { ...super.serialize(opts), weigher: this.weigher, half: this.getQuantity() / 2, of: this.order_id.uuid, price: this.getUnitPrice() };
    },
});
