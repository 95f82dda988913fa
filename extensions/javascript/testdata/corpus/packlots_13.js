// Pack lots as Odoo's own model has them, with defaults and create; Odoo 13.
//: orderline.lot_lines [[0,0,{"lot_name":"L1","lot_qty":2}]] [[0,0,{"lot_name":"L2","lot_qty":1}]]
//: orderline.expiry_dates ["2027-01-01"] ["2027-01-01","2027-02-01"]
odoo.define('lots.expiry', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var PacklotlineCollection = Backbone.Collection.extend({
        model: models.Packlotline.extend({
            defaults: {lot_name: null, lot_qty: 1},
            initialize: function (attributes, options) {
                this.order_line = options && options.order_line;
            },
            export_as_JSON: function () { return {lot_name: this.get('lot_name'), lot_qty: this.get('lot_qty')}; },
        }),
        initialize: function (models, options) { this.order_line = options.order_line; },
        get_valid_lots: function () { return this.filter(function (model) { return model.get('lot_name'); }); },
        set_quantity_by_lot: function () { this.order_line.set_quantity(this.get_valid_lots().length); },
    });
    var super_orderline = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function () {
            this.expiry_dates = this.expiry_dates || [];
            super_orderline.initialize.apply(this, arguments);
        },
        init_from_JSON: function (json) {
            super_orderline.init_from_JSON.apply(this, arguments);
            var self = this;
            this.own_lots = new PacklotlineCollection([], {order_line: this});
            _.each(json.lot_lines || [], function (triple) {
                self.own_lots.add(_.extend({}, triple[2]), {silent: true});
            });
            this.expiry_dates = json.expiry_dates || [];
        },
        export_as_JSON: function () {
            var json = super_orderline.export_as_JSON.apply(this, arguments);
            json.lot_lines = this.own_lots.map(function (lot) { return [0, 0, lot.export_as_JSON()]; });
            json.expiry_dates = this.expiry_dates;
            return json;
        },
    });
});
