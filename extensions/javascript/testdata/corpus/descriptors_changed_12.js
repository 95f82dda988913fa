//: orderline.tracking_no "alpha" "beta"
odoo.define('stock_tracking.pos', function (require) {
"use strict";
var models = require('point_of_sale.models');
var list = models.PosModel.prototype.models;
var product_model = _.find(list, function (m) { return m.model === 'product.product'; });
product_model.fields.push('tracking', 'qty_available');
var ctx = product_model.context;
product_model.context = function (self) { var c = ctx(self); c.location = self.config.stock_location_id[0]; return c; };
var uom = list.filter(function (m) { return m.model === 'uom.uom' || m.model === 'product.uom'; })[0];
var uom_loaded = uom.loaded;
uom.loaded = function (self, units) { uom_loaded(self, units); self.unit_names = units.map(function (u) { return u.name; }); };
for (var i = 0; i < list.length; i++) {
    if (list[i].model === 'pos.session') { list[i].domain = function (self) { return [['state', '=', 'opened']]; }; }
    if (list[i].label === 'pictures') { list.splice(i, 1); break; }
}
['res.partner', 'res.company', 'account.tax', 'pos.config', 'res.users', 'pos.category', 'account.fiscal.position'].forEach(function (name) {
    _.findWhere(list, {model: name}).fields.push('x_code');
});
var L = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    export_as_JSON: function () { var j = L.export_as_JSON.apply(this, arguments); j.tracking_no = this.tracking_no; return j; },
    init_from_JSON: function (json) { L.init_from_JSON.apply(this, arguments); this.tracking_no = json.tracking_no; },
});
});
