//: order.ncf one-way "alpha" "beta"
//: order.ncf_control one-way true false
//: order.ncf_origin_out one-way "alpha" "beta"
//: order.ncf_expiration_date one-way "alpha" "beta"
//: order.fiscal_type_id one-way 7 8
odoo.define('ncf_do_pos.models', function (require) {
'use strict';
var models = require('point_of_sale.models');
var screens = require('point_of_sale.screens');
models.load_fields('res.partner', ['sale_fiscal_type_id']);
models.load_fields('pos.config', ['ncf_control', 'default_partner_id']);
models.load_models([{
    model: 'account.fiscal.type',
    fields: ['name', 'requires_document', 'fiscal_position_id', 'prefix'],
    domain: [['type', '=', 'sale']],
    loaded: function (self, fts) {
        self.fiscal_types = fts;
        self.fiscal_type_by_id = {};
        fts.forEach(function (f) { self.fiscal_type_by_id[f.id] = f; });
    },
}]);
var _super_posmodel = models.PosModel.prototype;
models.PosModel = models.PosModel.extend({
    get_fiscal_type_by_prefix: function (p) {
        return _.find(this.fiscal_types, function (f) { return f.prefix === p; }) || false;
    },
    push_order: function (order, opts) {
        return _super_posmodel.push_order.call(this, order, opts);
    },
});
var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function (attr, options) {
        _super_order.initialize.call(this, attr, options);
        this.ncf = '';
        this.ncf_origin_out = '';
        this.ncf_expiration_date = '';
        this.fiscal_type_id = false;
        this.fiscal_type = false;
        if (options && options.json) {
            this.ncf = options.json.ncf || '';
            this.ncf_origin_out = options.json.ncf_origin_out || '';
            this.ncf_expiration_date = options.json.ncf_expiration_date || '';
            this.fiscal_type_id = options.json.fiscal_type_id || false;
            this.fiscal_type = this.pos.fiscal_type_by_id && this.pos.fiscal_type_by_id[this.fiscal_type_id];
        }
    },
    set_fiscal_type: function (ft) {
        this.fiscal_type = ft;
        this.fiscal_type_id = ft.id;
        this.trigger('change');
    },
    export_as_JSON: function () {
        var self = this;
        var loaded = _super_order.export_as_JSON.call(this);
        loaded.ncf = self.ncf;
        loaded.ncf_control = self.pos.config.ncf_control;
        loaded.ncf_origin_out = self.ncf_origin_out;
        loaded.ncf_expiration_date = self.ncf_expiration_date;
        loaded.fiscal_type_id = self.fiscal_type_id;
        return loaded;
    },
});
});
