//: order.uso_cfdi "alpha" "beta"
//: order.forma_pago "alpha" "beta"
//: order.regimen_fiscal "alpha" "beta"
//: order.uuid_cfdi "alpha" "beta"
//: order.rfc "alpha" "beta"
//: order.cp "alpha" "beta"
//: order.is_global true false
//: order.invoice_requested true false
odoo.define('pos_cfdi_mx.models', function (require) {
    'use strict';
    const models = require('point_of_sale.models');
    const PAIRS = {uso_cfdi: 'G03', forma_pago: '01', regimen_fiscal: '616', uuid_cfdi: '', rfc: 'XAXX010101000', cp: '', is_global: true, invoice_requested: false};
    const _sup = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize(attributes, options) {
            _sup.initialize.apply(this, arguments);
            Object.keys(PAIRS).forEach((k) => { if (this[k] === undefined) this[k] = PAIRS[k]; });
        },
        export_as_JSON() {
            const json = _sup.export_as_JSON.apply(this, arguments);
            for (const [k] of Object.entries(PAIRS)) json[k] = this[k];
            return json;
        },
        init_from_JSON(json) {
            _sup.init_from_JSON.apply(this, arguments);
            for (const k in PAIRS) { if (json.hasOwnProperty(k)) this[k] = json[k]; }
        },
    });
});
