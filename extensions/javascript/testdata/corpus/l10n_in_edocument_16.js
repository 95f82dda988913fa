//: order.l10n_in_gst_treatment "alpha" "beta"
//: order.l10n_in_pos "alpha" "beta"
//: order.irn "alpha" "beta"
//: order.ack_no "alpha" "beta"
//: order.ack_date "alpha" "beta"
//: order.qr_code "alpha" "beta"
//: order.eway_bill "alpha" "beta"
/** @odoo-module **/
import models from 'point_of_sale.models';
import Registries from 'point_of_sale.Registries';
import rpc from 'web.rpc';
const { Order, PosGlobalState } = models;

const L10nInState = (P) => class L10nInState extends P {
    async _processData(loaded) {
        await super._processData(loaded);
        this.l10n_in_states = loaded['res.country.state'] || [];
    }
};
Registries.Model.extend(PosGlobalState, L10nInState);

const FIELDS = ['l10n_in_gst_treatment', 'l10n_in_pos', 'irn', 'ack_no', 'ack_date', 'qr_code', 'eway_bill'];
const L10nInOrder = (Base) => class L10nInOrder extends Base {
    export_as_JSON() {
        const result = super.export_as_JSON(...arguments);
        for (const f of FIELDS) {
            result[f] = this[f] || '';
        }
        return result;
    }
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        for (const f of FIELDS) {
            this[f] = json[f];
        }
    }
    async fetchIrn() {
        const r = await rpc.query({ model: 'pos.order', method: 'get_irn', args: [this.server_id] });
        Object.assign(this, r);
    }
};
Registries.Model.extend(Order, L10nInOrder);
export default L10nInOrder;
