//: order.driver_ids [[6,false,[1,2]]] [[6,false,[3]]]
//: order.bags [[0,0,{"product_id":5,"qty":1}]] [[0,0,{"product_id":6,"qty":2}]]
odoo.define('dispatch.models', function (require) {
"use strict";
const models = require('point_of_sale.models');
const S = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function () {
        S.initialize.apply(this, arguments);
        this.drivers = this.drivers || [];
        this.bags = this.bags || [];
    },
    export_as_JSON: function () {
        const j = S.export_as_JSON.apply(this, arguments);
        j.driver_ids = [[6, false, (this.drivers || []).slice()]];
        j.bags = (this.bags || []).map((b) => [0, 0, b]);
        return j;
    },
    init_from_JSON: function (json) {
        S.init_from_JSON.apply(this, arguments);
        this.drivers = json.driver_ids[0][2];
        this.bags = [];
        for (const [, , bag] of json.bags) this.bags.push(bag);
    },
});
});
