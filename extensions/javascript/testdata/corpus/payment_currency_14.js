// Multi-currency payments: payment line hooks, and what was paid per currency on the order; Odoo 14.
//: order.currency_paid {"USD":12} {"USD":12,"EUR":5}
odoo.define('pos_multi_currency.models', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    models.load_models([{
        model: 'res.currency', fields: ['name', 'symbol', 'rate'],
        loaded: function (self, currencies) { self.currencies = currencies; },
    }]);
    var pl = models.Paymentline.prototype;
    models.Paymentline = models.Paymentline.extend({
        initialize: function (attributes, options) {
            pl.initialize.apply(this, arguments);
            this.currency_amount = this.currency_amount || 0;
        },
        export_as_JSON: function () {
            var json = pl.export_as_JSON.apply(this, arguments);
            json.currency_amount = this.currency_amount;
            json.currency_name = this.currency_name;
            return json;
        },
        init_from_JSON: function (json) {
            pl.init_from_JSON.apply(this, arguments);
            this.currency_amount = json.currency_amount;
            this.currency_name = json.currency_name;
        },
    });
    var o = models.Order.prototype;
    models.Order = models.Order.extend({
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.currency_paid = this.currency_paid;
            _.each(json.statement_ids, function (triple) { triple[2].rate = triple[2].rate || 1; });
            return json;
        },
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.currency_paid = json.currency_paid ? _.clone(json.currency_paid) : undefined;
            this.paymentlines.each(function (line) { line.order_ref = 1; });
        },
        add_paymentline: function (method) {
            o.add_paymentline.apply(this, arguments);
            this.selected_paymentline && this.selected_paymentline.set_amount(0);
        },
    });
});
