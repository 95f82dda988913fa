//: orderline.lot_info "{\"a\":1}" "{\"b\":[2]}"
odoo.define('pos_lot_select', function (require) {
"use strict";
var models = require('point_of_sale.models');
var superline = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    set_lots: function (lots) { this.lots = lots; this.trigger('change', this); },
    export_as_JSON: function () {
        var json = superline.export_as_JSON.apply(this, arguments);
        json.lot_info = this.lots ? JSON.stringify(this.lots) : false;
        return json;
    },
    init_from_JSON: function (json) {
        superline.init_from_JSON.apply(this, arguments);
        try {
            this.lots = json.lot_info ? JSON.parse(json.lot_info) : null;
        } catch (e) {
            console.log('bad lots', e);
            this.lots = null;
        }
    },
});
});
