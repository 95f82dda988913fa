// A service charge computed from the lines, taxes and payments: only exported; Odoo 13.
//: order.service_charge one-way 2.5 3
//: order.net_after_service one-way 100 120
//: order.vat_summary one-way [{"name":"21%","amount":3}] []
//: orderline.margin_pct one-way 12.5 13
odoo.define('service_charge', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var utils = require('web.utils');
    var round_pr = utils.round_precision, round_di = utils.round_decimals;
    var _super = models.Order.prototype;
    models.Order = models.Order.extend({
        get_service_charge: function () {
            var rate = this.pos.config.service_rate || 0;
            var rounding = this.pos.currency.rounding;
            return round_pr(this.orderlines.reduce(function (sum, line) {
                return sum + line.get_price_with_tax() * rate / 100;
            }, 0), rounding);
        },
        get_vat_summary: function () {
            var out = [];
            _.each(this.get_tax_details(), function (d) { out.push({name: d.name, amount: d.amount}); });
            return out;
        },
        export_as_JSON: function () {
            var json = _super.export_as_JSON.apply(this, arguments);
            json.service_charge = this.get_service_charge();
            json.net_after_service = round_di(json.amount_total + json.service_charge, 2);
            json.vat_summary = this.get_vat_summary();
            return json;
        },
    });
    var _line = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        export_as_JSON: function () {
            var json = _line.export_as_JSON.apply(this, arguments);
            var cost = this.product.standard_price || 0;
            var price = this.get_price_without_tax();
            json.margin_pct = price ? round_di((price - cost * this.quantity) / price * 100, 2) : 0;
            return json;
        },
    });
});
