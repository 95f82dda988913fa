//: orderline.deposit 12.5 3
//: orderline.weight_tare 12.5 3
odoo.define('recycling_deposit', function (require) {
"use strict";
var models = require('point_of_sale.models');
var p = models.Orderline.prototype;
models.load_fields('product.product', ['deposit_price']);
models.Orderline = models.Orderline.extend({
    get_deposit: function () { return parseFloat(this.deposit); },
    export_as_JSON: function () {
        var json = p.export_as_JSON.apply(this, arguments);
        json.deposit = this.get_deposit();
        json.weight_tare = Number(this.weight_tare);
        return json;
    },
    init_from_JSON: function (json) {
        p.init_from_JSON.apply(this, arguments);
        this.deposit = json.deposit;
        this.weight_tare = json.weight_tare;
    },
});
});
