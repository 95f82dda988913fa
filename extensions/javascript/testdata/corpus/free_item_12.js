//: orderline.is_free true false
odoo.define('free_item', function (require) {
"use strict";
var models = require('point_of_sale.models');
var S = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    set_free: function (f) { this.is_free = f; if (f) { this.set_unit_price(0); this.set_discount(100); } },
    export_as_JSON: function () {
        var j = S.export_as_JSON.apply(this, arguments);
        j.is_free = this.is_free || false;
        if (this.is_free) { j.price_unit = 0; j.discount = 100; }
        return j;
    },
    init_from_JSON: function (json) {
        S.init_from_JSON.apply(this, arguments);
        this.set_free(json.is_free);
    },
});
});
