// apply_ms_data without a guard, without super, last; deliberate undefined; own setters; Odoo 12.
//: order.ms_comment "one" "two"
//: order.ms_priority 1 2
//: orderline.ms_colour "red" "blue"
odoo.define('unguarded.ms', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var o = models.Order.prototype, l = models.Orderline.prototype;
    models.Order = models.Order.extend({
        set_ms_comment: function (c) {
            this.ms_comment = c;
            this.trigger('change', this);
            this.trigger('new_updates_to_send');
        },
        apply_ms_data: function (data) {
            this.set_ms_comment(data.ms_comment);
            this.ms_priority = data.ms_priority;
            o.apply_ms_data.apply(this, arguments);
        },
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.set_ms_comment(json.ms_comment);
            this.ms_priority = json.ms_priority;
        },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.ms_comment = this.ms_comment;
            json.ms_priority = this.ms_priority;
            return json;
        },
    });
    models.Orderline = models.Orderline.extend({
        apply_ms_data: function (data) { this.ms_colour = data.ms_colour; this.order.trigger('change', this.order); },
        init_from_JSON: function (json) { this.ms_colour = json.ms_colour; return l.init_from_JSON.apply(this, arguments); },
        export_as_JSON: function () { var json = l.export_as_JSON.apply(this, arguments); json.ms_colour = this.ms_colour; return json; },
    });
});
