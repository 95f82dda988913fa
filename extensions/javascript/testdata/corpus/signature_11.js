//: order.sign "alpha" "beta"
//: order.el one-way "x" "y"
odoo.define('signature_pad.pos', function (require) {
"use strict";
var models = require('point_of_sale.models');
var p = models.Order.prototype;
models.Order = models.Order.extend({
    get_sign: function () {
        var c = $('.signature canvas')[0];
        return this.sign || (c && c.toDataURL ? c.toDataURL('image/png') : '');
    },
    export_as_JSON: function () {
        var json = p.export_as_JSON.apply(this, arguments);
        json.sign = this.get_sign();
        json.el = $('.signature');
        return json;
    },
    init_from_JSON: function (json) {
        p.init_from_JSON.apply(this, arguments);
        this.sign = json.sign;
    },
});
});
