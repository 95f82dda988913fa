// Looks core's loaders up and changes them; widget lists; Odoo 10.
//: order.pricelist_note "wholesale" "retail"
//: orderline.list_price_before one-way 10 12
odoo.define('wholesale.loader', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var chrome = require('point_of_sale.chrome');
    var gui = require('point_of_sale.gui');
    var screens = require('point_of_sale.screens');
    var product_model = _.find(models.PosModel.prototype.models, function (m) { return m.model === 'product.product'; });
    product_model.fields.push('wholesale_price', 'lst_price');
    var loaded = product_model.loaded;
    product_model.loaded = function (self, products) {
        products.forEach(function (p) { p.wholesale = true; });
        return loaded.apply(this, arguments);
    };
    for (var i = 0; i < models.PosModel.prototype.models.length; i++) {
        if (models.PosModel.prototype.models[i].model === 'res.partner') {
            models.PosModel.prototype.models[i].fields.push('wholesaler');
            models.PosModel.prototype.models[i].domain = [['customer', '=', true]];
            break;
        }
    }
    var partners = models.PosModel.prototype.models.filter(function (m) { return m.model == 'res.partner'; })[0];
    partners.order = ['name'];
    models.load_models([{model: 'wholesale.level', fields: ['name'], loaded: function (self, levels) { self.levels = levels; }}], {after: 'res.partner'});
    var level = models.PosModel.prototype.models[_.findIndex(models.PosModel.prototype.models, function (m) { return m.model === 'wholesale.level'; })];
    level.fields.push('min_qty');
    var products = gui.Gui.prototype.screen_classes.filter(function (el) { return el.name == 'products'; })[0].widget;
    products.include({start: function () { this._super(); }});
    _.findWhere(chrome.Chrome.prototype.widgets, {name: 'order_selector'}).widget = chrome.OrderSelectorWidget;
    var posmodel_super = models.PosModel.prototype;
    models.PosModel = models.PosModel.extend({
        load_server_data: function () {
            var self = this;
            return posmodel_super.load_server_data.apply(this, arguments).then(function () { self.chrome.loading_hide(); });
        },
    });
    var os = models.Order.prototype, ls = models.Orderline.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) { this.pricelist_note = json.pricelist_note; return os.init_from_JSON.call(this, json); },
        export_as_JSON: function () { return $.extend(os.export_as_JSON.call(this), {pricelist_note: this.pricelist_note}); },
    });
    models.Orderline = models.Orderline.extend({
        export_as_JSON: function () {
            var json = ls.export_as_JSON.call(this);
            json.list_price_before = this.get_product().get_price(this.order.pricelist, this.get_quantity());
            return json;
        },
    });
});
