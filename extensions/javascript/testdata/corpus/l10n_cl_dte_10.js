//: order.customer_vat "alpha" "beta"
//: order.customer_email "alpha" "beta"
//: order.invoice_kind "alpha" "beta"
odoo.define('l10n_cl_dte_point_of_sale.models', function (require) {
"use strict";
var models = require('point_of_sale.models');
var utils = require('web.utils');
var core = require('web.core');
var _t = core._t;
var Order_super = models.Order.prototype;
models.load_models({
    model: 'sii.document_class',
    fields: ['id', 'name', 'sii_code'],
    domain: function (self) { return [['id', '=', self.config.secuencia_boleta.sii_document_class_id]]; },
    loaded: function (self, doc) { if (doc.length) { self.config.doc = doc[0]; } },
});
models.Order = models.Order.extend({
    initialize: function (attr, options) {
        Order_super.initialize.call(this, attr, options);
        this.unset_boleta();
        if (this.pos.config.marcar === 'boleta') { this.set_boleta(true); }
        else if (this.pos.config.marcar === 'factura') { this.set_to_invoice(true); }
        if (options.json) { this.sii_document_number = options.json.sii_document_number; }
    },
    unset_boleta: function () { this.set_tipo(false); this.boleta = false; this.orden_numero = false; },
    set_tipo: function (tipo) { this.sequence_id = tipo; },
    set_boleta: function (b) { this.boleta = b; },
    export_as_JSON: function () {
        var json = Order_super.export_as_JSON.apply(this, arguments);
        var client = this.get_client();
        json.customer_vat = this.customer_vat || (client && client.vat ? client.vat.replace(/[^0-9K]/gi, '') : undefined);
        json.customer_email = this.customer_email;
        json.invoice_kind = this.invoice_kind || (this.is_to_invoice() ? '33' : '39');
        return json;
    },
    init_from_JSON: function (json) {
        Order_super.init_from_JSON.apply(this, arguments);
        this.customer_vat = json.customer_vat;
        this.customer_email = json.customer_email;
        this.invoice_kind = json.invoice_kind;
    },
    get_total_exento: function () {
        var self = this;
        return this.orderlines.reduce(function (sum, line) {
            var t = line.get_applicable_taxes ? line.get_applicable_taxes() : [];
            return sum + (t.length ? 0 : line.get_base_price());
        }, 0);
    },
});
});
