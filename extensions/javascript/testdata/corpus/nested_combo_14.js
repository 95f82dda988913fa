// Combos with lines in lines, by reference from the instance; a map keyed by line; Odoo 14.
//: orderline.combo_children [[0,0,{"product_id":5,"qty":1,"options":[[0,0,{"name":"big"}]]}]] [[0,0,{"product_id":6,"qty":2,"options":[]}]]
//: order.line_states {"l":"cooking","x":"done"} {"l":"done"}
//: order.combo_total one-way 9 12
odoo.define("combo.deep", function (require) {
    "use strict";
    var models = require("point_of_sale.models");
    var l = models.Orderline.prototype, o = models.Order.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            l.init_from_JSON.apply(this, arguments);
            this.children = json.combo_children;
        },
        export_as_JSON: function () {
            var json = l.export_as_JSON.apply(this, arguments);
            json.combo_children = this.children;
            return json;
        },
        get_children_total: function () {
            return _.reduce(this.children || [], function (sum, triple) { return sum + triple[2].qty; }, 0);
        },
    });
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.line_states = json.line_states || {};
        },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.line_states = this.line_states;
            json.combo_total = this.get_orderlines().map(function (line) { return line.get_children_total(); }).reduce(function (a, b) { return a + b; }, 0);
            return json;
        },
    });
});
