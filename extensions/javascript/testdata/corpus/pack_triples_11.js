//: orderline.pack_lines [[0,0,{"product_id":5,"qty":1}]] [[0,0,{"product_id":6,"qty":2}]]
odoo.define('pos_bundle_pack.models', function (require) {
"use strict";
var models = require('point_of_sale.models');
var _super = models.Orderline.prototype;
models.load_models([{
    model: 'product.pack.line', fields: ['product_id', 'quantity', 'parent_product_id'], domain: null,
    loaded: function (self, lines) {
        self.pack_by_parent = _.groupBy(lines, function (l) { return l.parent_product_id[0]; });
    },
}], {after: 'product.product'});
models.Orderline = models.Orderline.extend({
    initialize: function (a, options) {
        this.pack_lines = [];
        _super.initialize.apply(this, arguments);
        this.load_pack();
    },
    load_pack: function () {
        var packs = this.pos.pack_by_parent && this.pos.pack_by_parent[this.product.id];
        if (packs && !this.pack_lines.length) {
            this.pack_lines = packs.map(function (p) { return {product_id: p.product_id[0], qty: p.quantity}; });
        }
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.pack_lines = _.map(this.pack_lines, function (l) { return [0, 0, l]; });
        return json;
    },
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.pack_lines = _.map(json.pack_lines || [], function (l) { return l[2]; });
    },
    can_be_merged_with: function (other) {
        return !this.pack_lines.length && _super.can_be_merged_with.apply(this, arguments);
    },
});
});
