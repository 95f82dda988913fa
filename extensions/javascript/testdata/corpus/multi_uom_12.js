// A second unit of measure: conversions in getters, hooks set prices; Odoo 12.
//: orderline.wvproduct_uom [3,"Dozen"] [1,"Unit"]
//: orderline.uom_factor 12 1
//: orderline.uom_name "Dozen" "Unit"
odoo.define('pos_multi_uom', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var _super_orderline = models.Orderline.prototype;
    models.load_fields('product.product', ['uom_id', 'multi_uom_ids']);
    models.Orderline = models.Orderline.extend({
        initialize: function (attr, options) {
            this.wvproduct_uom = '';
            this.uom_factor = 1;
            this.uom_name = '';
            _super_orderline.initialize.call(this, attr, options);
        },
        set_product_uom: function (uom_id) {
            this.wvproduct_uom = this.pos.units_by_id[uom_id];
            this.trigger('change', this);
        },
        get_unit: function () {
            var unit_id = this.wvproduct_uom;
            if (!unit_id) { return this.product.get_unit ? this.product.get_unit() : this.pos.units_by_id[this.product.uom_id && this.product.uom_id[0]]; }
            return this.wvproduct_uom;
        },
        init_from_JSON: function (json) {
            _super_orderline.init_from_JSON.apply(this, arguments);
            if (json.wvproduct_uom) { this.set_product_uom(json.wvproduct_uom[0]); }
            this.uom_factor = json.uom_factor || 1;
            this.uom_name = json.uom_name || '';
            if (this.uom_factor !== 1) { this.set_unit_price(this.get_unit_price()); }
        },
        export_as_JSON: function () {
            var json = _super_orderline.export_as_JSON.call(this);
            json.wvproduct_uom = this.wvproduct_uom ? [this.wvproduct_uom.id, this.wvproduct_uom.name] : null;
            json.uom_factor = this.uom_factor;
            json.uom_name = this.uom_name;
            return json;
        },
        can_be_merged_with: function (orderline) {
            return this.get_unit() === orderline.get_unit() && _super_orderline.can_be_merged_with.apply(this, arguments);
        },
    });
});
