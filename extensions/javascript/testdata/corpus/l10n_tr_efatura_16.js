//: order.tr_scenario "alpha" "beta"
//: order.tr_ettn "alpha" "beta"
//: order.tr_invoice_type "alpha" "beta"
odoo.define('l10n_tr_pos_efatura.Order', function (require) {
'use strict';
const { Order } = require('point_of_sale.models');
const Registries = require('point_of_sale.Registries');
function uuid4() {
    return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, function (c) {
        var r = Math.random() * 16 | 0, v = c === 'x' ? r : (r & 0x3 | 0x8);
        return v.toString(16);
    });
}
const EFaturaOrder = (Order) => class EFaturaOrder extends Order {
    constructor() {
        super(...arguments);
        this.tr_ettn = this.tr_ettn || uuid4();
        this.tr_scenario = this.tr_scenario || 'TEMELFATURA';
        this.tr_invoice_type = this.tr_invoice_type || 'SATIŞ';
    }
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.tr_ettn = this.tr_ettn;
        json.tr_scenario = this.tr_scenario;
        json.tr_invoice_type = this.tr_invoice_type;
        return json;
    }
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.tr_ettn = json.tr_ettn;
        this.tr_scenario = json.tr_scenario;
        this.tr_invoice_type = json.tr_invoice_type;
    }
};
Registries.Model.extend(Order, EFaturaOrder);
return EFaturaOrder;
});
