/** @odoo-module **/
// Appointments with Odoo 17's own date functions, uuid and receipt data.
//: order.appointment "2026-11-21 10:00:00" "2026-11-22 11:00:00"
//: order.appointment_day "2026-11-21" "2026-11-22"
//: order.appointment_uuid "0b1c2d3e-0000-4000-8000-000000000001" "0b1c2d3e-0000-4000-8000-000000000002"
//: order.receipt_total one-way 5 6
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { deserializeDateTime, serializeDateTime, serializeDate, formatDateTime } from "@web/core/l10n/dates";
import { uuidv4, gte } from "@point_of_sale/utils";
import { registry } from "@web/core/registry";
import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
const { DateTime } = luxon;
registry.category("pos_screens").add("AppointmentScreen", class extends ReceiptScreen {});

patch(Order.prototype, {
    setup(_defaultObj, options) {
        this.appointment_uuid ||= uuidv4();
        super.setup(...arguments);
    },
    init_from_JSON(json) {
        if (json.appointment) {
            this.appointment = deserializeDateTime(json.appointment);
        }
        this.appointment_day = json.appointment_day ? DateTime.fromISO(json.appointment_day) : null;
        this.appointment_uuid = json.appointment_uuid || this.appointment_uuid;
        super.init_from_JSON(json);
    },
    export_as_JSON() {
        return {
            ...super.export_as_JSON(),
            appointment: this.appointment ? serializeDateTime(this.appointment) : false,
            appointment_day: this.appointment_day ? serializeDate(this.appointment_day) : false,
            appointment_uuid: this.appointment_uuid,
            receipt_total: this.export_for_printing().tax_details.reduce((sum, d) => sum + d.amount, 0),
        };
    },
    export_for_printing() {
        const receipt = super.export_for_printing(...arguments);
        receipt.headerData = { ...receipt.headerData, appointment: this.appointment && formatDateTime(this.appointment) };
        return receipt;
    },
});
