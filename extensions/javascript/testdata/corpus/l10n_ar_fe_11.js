//: order.afip_doc_type "alpha" "beta"
//: order.afip_number "alpha" "beta"
//: order.cae "alpha" "beta"
//: order.cae_due "alpha" "beta"
odoo.define('l10n_ar_pos_fe.models', function (require) {
"use strict";
var models = require('point_of_sale.models');
var rpc = require('web.rpc');
models.load_fields('res.partner', ['l10n_ar_responsibility', 'vat', 'main_id_number']);
models.load_fields('account.journal', ['point_of_sale_number', 'use_documents', 'afip_ws']);
var OrderParent = models.Order;
models.Order = models.Order.extend({
    get_letter: function () {
        var client = this.get_client();
        if (!client) { return 'B'; }
        return client.l10n_ar_responsibility === '1' ? 'A' : 'B';
    },
    request_cae: function () {
        var self = this;
        return rpc.query({model: 'pos.order', method: 'request_cae', args: [this.export_as_JSON()]}, {timeout: 15000})
            .then(function (r) {
                self.cae = r.cae;
                self.cae_due = r.due;
                self.afip_number = r.number;
            });
    },
    export_as_JSON: function () {
        var res = OrderParent.prototype.export_as_JSON.apply(this, arguments);
        return _.extend(res, {
            afip_doc_type: this.afip_doc_type || this.get_letter(),
            afip_number: this.afip_number,
            cae: this.cae,
            cae_due: this.cae_due,
        });
    },
    init_from_JSON: function (json) {
        OrderParent.prototype.init_from_JSON.apply(this, arguments);
        this.afip_doc_type = json.afip_doc_type;
        this.afip_number = json.afip_number;
        this.cae = json.cae;
        this.cae_due = json.cae_due;
    },
});
});
