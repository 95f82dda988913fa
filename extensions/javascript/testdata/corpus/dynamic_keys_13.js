// Keys in a list, written in a loop; Odoo 13.
//: order.cust_phone "+49 30 1" "+49 30 2"
//: order.cust_plate "B-XY 1" "B-XY 2"
//: order.cust_vip true false
//: orderline.x_width 1.2 3
//: orderline.x_height 0.5 0.75
//: orderline.x_colour "red" "blue"
odoo.define('dynamic.keys', function (require) {
"use strict";
var models = require('point_of_sale.models');
var ORDER_FIELDS = ['cust_phone', 'cust_plate', 'cust_vip'];
var LINE_FIELDS = ['width', 'height', 'colour'];
var so = models.Order.prototype, sl = models.Orderline.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        so.init_from_JSON.apply(this, arguments);
        var self = this;
        _.each(ORDER_FIELDS, function (f) { self[f] = json[f]; });
    },
    export_as_JSON: function () {
        var json = so.export_as_JSON.apply(this, arguments), self = this;
        ORDER_FIELDS.forEach(function (f) {
            if (self[f] !== undefined) { json[f] = self[f]; }
        });
        return json;
    },
});
models.Orderline = models.Orderline.extend({
    initialize: function () {
        this.extra = {};
        sl.initialize.apply(this, arguments);
    },
    init_from_JSON: function (json) {
        sl.init_from_JSON.apply(this, arguments);
        for (var i = 0; i < LINE_FIELDS.length; i++) {
            var k = 'x_' + LINE_FIELDS[i];
            if (k in json) { this.extra[k] = json[k]; }
        }
    },
    export_as_JSON: function () {
        var json = sl.export_as_JSON.apply(this, arguments);
        for (var k in this.extra) { json[k] = this.extra[k]; }
        return json;
    },
});
});
