// Filters the incoming JSON before super, and reads the lines in it; Odoo 11.
//: order.bundle_count one-way 2 3
//: order.hidden_lines ["l9"] []
//: orderline.bundle_uid "b1" "b2"
odoo.define('bundles', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var so = models.Order.prototype, sl = models.Orderline.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            var hidden = json.hidden_lines || [];
            json.lines = _.reject(json.lines, function (triple) { return _.contains(hidden, triple[2].uid); });
            for (var i = 0; i < json.lines.length; i++) {
                var inner = json.lines[i][2];
                inner.bundle_uid = inner.bundle_uid || null;
                delete inner.price_subtotal;
            }
            this.hidden_lines = json.hidden_lines;
            so.init_from_JSON.apply(this, [json]);
        },
        export_as_JSON: function () {
            var json = so.export_as_JSON.apply(this, arguments);
            json.bundle_count = _.chain(json.lines).map(function (t) { return t[2].bundle_uid; }).compact().uniq().value().length;
            json.hidden_lines = this.hidden_lines;
            return json;
        },
    });
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            sl.init_from_JSON.apply(this, [json]);
            this.bundle_uid = json.bundle_uid;
        },
        export_as_JSON: function () {
            var json = sl.export_as_JSON.apply(this, [arguments]);
            json.bundle_uid = this.bundle_uid;
            return json;
        },
    });
});
