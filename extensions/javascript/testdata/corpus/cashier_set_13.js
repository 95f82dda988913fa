// The cashier from pos.get, kept with set, and a lock on the order; Odoo 13.
//: order.locked_by one-way "Ann" "Bob"
//: order.is_locked true false
odoo.define('lock_order', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var o = models.Order.prototype;
    models.Order = models.Order.extend({
        lock: function () {
            var cashier = this.pos.get('cashier') || this.pos.get_cashier();
            this.set('lock', {by: cashier.name, id: cashier.id});
            this.is_locked = true;
        },
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.is_locked = json.is_locked;
            if (json.is_locked === true && !this.get('lock')) { this.lock(); }
        },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.is_locked = this.is_locked;
            json.locked_by = this.get('lock') ? this.get('lock').by : undefined;
            return json;
        },
        assert_editable: function () {
            if (this.is_locked) { throw new Error('locked'); }
            o.assert_editable.apply(this, arguments);
        },
    });
});
