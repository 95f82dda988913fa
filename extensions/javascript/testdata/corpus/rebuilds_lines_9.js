// Rebuilds lines itself, selects one, and counts items; Odoo 9.
//: order.items_count one-way 3 4
//: order.selected_uid one-way "l" "x"
//: orderline.line_ref "r1" "r2"
odoo.define('rebuild.lines', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var o = models.Order.prototype, l = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) { l.init_from_JSON.apply(this, arguments); this.line_ref = json.line_ref; },
        export_as_JSON: function () { var j = l.export_as_JSON.apply(this, arguments); j.line_ref = this.line_ref; return j; },
    });
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            var orderlines = json.lines, found = 0;
            for (var i = 0; i < orderlines.length; i++) {
                var orderline = orderlines[i][2];
                var line = new models.Orderline({}, {pos: this.pos, order: this, json: orderline});
                line.set_selected(false);
                if (line.line_ref) { found++; }
            }
            this.with_ref = found;
            this.select_orderline(this.get_last_orderline());
            this.orderlines.comparator = function (a) { return a.id; };
        },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments), total = 0;
            this.orderlines.each(_.bind(function (line) { total += line.get_quantity(); }, this));
            json.items_count = total;
            var selected = this.get_selected_orderline();
            json.selected_uid = selected ? selected.uid : null;
            return json;
        },
    });
});
