//: orderline.uom_id one-way 7 8
//: orderline.product_uom 7 8
odoo.define('pos_multi_uom_pro.models', function (require) {
"use strict";
var models = require('point_of_sale.models');
models.load_models([{
    model: 'product.multi.uom', fields: ['multi_uom_id', 'price', 'product_id'],
    loaded: function (self, u) { self.em_uom_list = u; },
}], {before: 'pos.config'});
var _super_orderline = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    initialize: function (attr, options) {
        this.wvproduct_uom = '';
        _super_orderline.initialize.call(this, attr, options);
    },
    set_product_uom: function (uom_id) {
        this.wvproduct_uom = this.pos.units_by_id[uom_id];
        this.trigger('change', this);
    },
    get_unit: function () {
        var unit_id = this.product.uom_id;
        if (!unit_id) { return undefined; }
        return this.wvproduct_uom == '' ? this.pos.units_by_id[unit_id[0]] : this.wvproduct_uom;
    },
    export_as_JSON: function () {
        var unit_id = this.product.uom_id;
        var json = _super_orderline.export_as_JSON.call(this);
        json.product_uom = this.wvproduct_uom == '' ? unit_id && unit_id[0] : this.wvproduct_uom.id;
        json.uom_id = this.get_unit() && this.get_unit().id;
        return json;
    },
    init_from_JSON: function (json) {
        _super_orderline.init_from_JSON.apply(this, arguments);
        this.wvproduct_uom = this.pos.units_by_id[json.product_uom];
    },
    can_be_merged_with: function (orderline) {
        if (this.product.id === orderline.get_product().id && this.wvproduct_uom !== orderline.wvproduct_uom) { return false; }
        return _super_orderline.can_be_merged_with.call(this, orderline);
    },
});
});
