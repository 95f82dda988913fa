// Many2many commands and ids, restored to records of the vendor's own; Odoo 11.
//: order.tag_ids [[6,0,[1,2]]] [[6,0,[3]]]
//: orderline.modifier_ids [[6,false,[4]]] [[6,false,[4,5]]]
//: orderline.topping_lines [[0,0,{"topping_id":3,"qty":2}]] [[0,0,{"topping_id":3,"qty":1}],[0,0,{"topping_id":5,"qty":1}]]
odoo.define('pizza.models', function (require) {
"use strict";
var models = require('point_of_sale.models');
models.load_models([{model: 'pizza.topping', fields: ['name', 'price'], loaded: function (self, toppings) {
    self.topping_by_id = _.indexBy ? _.indexBy(toppings, 'id') : {};
}}], {'before': 'product.product'});
var so = models.Order.prototype, sl = models.Orderline.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        so.init_from_JSON.apply(this, arguments);
        this.tag_ids = json.tag_ids ? json.tag_ids[0][2] : [];
    },
    export_as_JSON: function () {
        var json = so.export_as_JSON.apply(this, arguments);
        json.tag_ids = [[6, 0, this.tag_ids]];
        return json;
    },
});
models.Orderline = models.Orderline.extend({
    initialize: function (attr, options) {
        sl.initialize.apply(this, arguments);
        this.modifiers = this.modifiers || [];
        this.toppings = this.toppings || [];
    },
    init_from_JSON: function (json) {
        var self = this;
        this.toppings = _.map(json.topping_lines, function (t) { return _.clone(t[2]); });
        this.modifiers = _.compact(_.map(json.modifier_ids && json.modifier_ids[0][2], function (id) {
            return self.pos.modifier_by_id && self.pos.modifier_by_id[id];
        }));
        sl.init_from_JSON.apply(this, arguments);
    },
    export_as_JSON: function () {
        var json = sl.export_as_JSON.apply(this, arguments);
        json.modifier_ids = [[6, false, _.pluck(this.modifiers, 'id')]];
        json.topping_lines = _.map(this.toppings, function (t) { return [0, 0, t]; });
        return json;
    },
});
});
