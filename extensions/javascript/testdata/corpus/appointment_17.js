//: order.appointment "2026-11-26 10:00:00" "2026-11-27 18:30:00"
//: order.reminder true false
/** @odoo-module */
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
const { DateTime } = luxon;
patch(Order.prototype, {
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.appointment = this.appointment ? serializeDateTime(this.appointment) : false;
        json.reminder = this.reminder || false;
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.appointment = json.appointment && deserializeDateTime(json.appointment);
        this.reminder = json.reminder;
    },
});
