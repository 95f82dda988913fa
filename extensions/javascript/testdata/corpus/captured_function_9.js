// The hooks themselves are captured, one by one; Odoo 9.
//: order.queue_number 17 18
//: order.queue_called true false
odoo.define('queue.number', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var export_as_JSON = models.Order.prototype.export_as_JSON;
    var init_from_JSON = models.Order.prototype.init_from_JSON;
    var export_for_printing = models.Order.prototype.export_for_printing;
    models.Order = models.Order.extend({
        export_as_JSON: function () {
            return _.extend(export_as_JSON.call(this), {
                queue_number: this.queue_number,
                queue_called: this.queue_called,
            });
        },
        init_from_JSON: function (json) {
            init_from_JSON.call(this, json);
            _.extend(this, _.pick(json, 'queue_number', 'queue_called'));
        },
        export_for_printing: function () {
            var out = export_for_printing.call(this);
            out.queue_number = this.queue_number;
            return out;
        },
    });
});
