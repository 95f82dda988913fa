// Tare of weighed goods: numbers formatted and parsed, units; Odoo 13.
//: orderline.tare 0.05 0.1
//: orderline.gross_text one-way "1.050" "2.100"
//: orderline.price_text "4.80" "5.20"
odoo.define('tare.models', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var formats = require('web.field_utils').format, parse = require('web.field_utils').parse;
    var utils = require('web.utils');
    var l = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function (attr, options) {
            this.tare = 0;
            this.price_text = '0.00';
            l.initialize.call(this, attr, options);
        },
        set_tare: function (quantity) {
            var unit = this.get_unit();
            this.tare = unit.rounding ? utils.round_precision(quantity, unit.rounding) : quantity;
            this.set_quantity(this.get_quantity() - this.tare);
        },
        get_gross: function () { return utils.round_decimals(this.get_quantity() + (this.tare || 0), 3); },
        init_from_JSON: function (json) {
            l.init_from_JSON.call(this, json);
            this.tare = json.tare || 0;
            this.amount = parseFloat(json.price_text) || 0;
        },
        export_as_JSON: function () {
            var json = l.export_as_JSON.call(this);
            json.tare = this.tare;
            json.gross_text = formats.float(this.get_gross(), {digits: [69, 3]});
            json.price_text = (this.amount || 0).toFixed(2);
            return json;
        },
    });
});
