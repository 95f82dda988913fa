// Taxes per line mapped to objects, a fiscal position choice, stand-ins in arithmetic; Odoo 13.
//: orderline.own_tax_ids [[6,false,[1]]] [[6,false,[1,2]]]
//: orderline.tax_note "reduced" "full"
//: orderline.eco_fee one-way 0.5 0.75
//: order.fp_choice "domestic" "eu"
odoo.define('taxes.map', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var utils = require('web.utils');
    var round_pr = utils.round_precision;
    var l = models.Orderline.prototype, o = models.Order.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            l.init_from_JSON.apply(this, arguments);
            var self = this;
            this.tax_note = json.tax_note;
            var ids = json.own_tax_ids && json.own_tax_ids[0] ? json.own_tax_ids[0][2] : [];
            this.own_taxes = _.map(ids, function (id) { return self.pos.taxes_by_id[id]; });
        },
        export_as_JSON: function () {
            var json = l.export_as_JSON.apply(this, arguments);
            json.tax_note = this.tax_note;
            json.own_tax_ids = [[6, false, _.map(this.own_taxes, function (t) { return t.id; })]];
            json.eco_fee = round_pr(this.get_quantity() * this.product.eco_rate, this.pos.currency.rounding);
            return json;
        },
        compute_all: function (taxes, price_unit, quantity, currency_rounding) {
            var res = l.compute_all.apply(this, arguments);
            res.total_included += this.product.eco_rate || 0;
            return res;
        },
    });
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.fp_choice = json.fp_choice;
            var fp = _.find(this.pos.fiscal_positions, function (f) { return f.name === json.fp_choice; });
            if (fp) { this.fiscal_position = fp; }
        },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.fp_choice = this.fp_choice;
            return json;
        },
    });
});
