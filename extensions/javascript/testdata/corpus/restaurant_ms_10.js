// Restaurant lines that sync: apply_ms_data with base setters, guarded; Odoo 10.
//: orderline.mp_dirty true false
//: orderline.mp_skip true false
//: orderline.rnote "well done" "rare"
//: order.table_seat "4a" "5b"
//: order.customer_count 3 4
odoo.define('sync_restaurant', function (require) {
    "use strict";
    var models = require('pos_restaurant_base.models');
    var multiprint = require('pos_restaurant.multiprint');
    var floors = require('pos_restaurant.floors');
    var notes = require('pos_restaurant.notes');
    var screens = require('point_of_sale.screens');
    var longpolling = require('pos_longpolling');

    var OrderSuper = models.Order;
    models.Order = models.Order.extend({
        initialize: function () {
            OrderSuper.prototype.initialize.apply(this, arguments);
            this.customer_count = this.customer_count || 1;
        },
        set_customer_count: function (count) {
            this.customer_count = Math.max(count, 0);
            this.trigger('change');
            this.trigger('new_updates_to_send');
        },
        apply_ms_data: function (data) {
            if (OrderSuper.prototype.apply_ms_data) {
                OrderSuper.prototype.apply_ms_data.apply(this, arguments);
            }
            this.table_seat = data.table_seat;
            this.customer_count = data.customer_count;
            this.trigger('change', this);
            if (this.pos.gui.screen_instances.products) {
                this.pos.gui.screen_instances.products.order_widget.renderElement();
            }
        },
        init_from_JSON: function (json) {
            OrderSuper.prototype.init_from_JSON.apply(this, arguments);
            this.table_seat = json.table_seat;
            this.customer_count = json.customer_count;
        },
        export_as_JSON: function () {
            var j = OrderSuper.prototype.export_as_JSON.apply(this, arguments);
            j.table_seat = this.table_seat;
            j.customer_count = this.customer_count;
            return j;
        },
    });
    var OrderlineSuper = models.Orderline;
    models.Orderline = models.Orderline.extend({
        initialize: function () {
            OrderlineSuper.prototype.initialize.apply(this, arguments);
            this.mp_dirty = this.mp_dirty || false;
        },
        set_dirty: function (dirty) {
            if (this.mp_dirty !== dirty) {
                this.mp_dirty = dirty;
                this.trigger('change', this);
                this.order.trigger('new_updates_to_send');
            }
        },
        set_skip: function (skip) {
            this.mp_skip = skip;
            this.trigger('change', this);
        },
        set_rnote: function (note) {
            this.rnote = note;
            this.trigger('change', this);
        },
        apply_ms_data: function (data) {
            if (OrderlineSuper.prototype.apply_ms_data) {
                OrderlineSuper.prototype.apply_ms_data.apply(this, arguments);
            }
            if (typeof data.mp_dirty !== 'undefined') { this.set_dirty(data.mp_dirty); }
            if (typeof data.mp_skip !== 'undefined') { this.set_skip(data.mp_skip); }
            if (typeof data.rnote !== 'undefined') { this.set_rnote(data.rnote); }
            if (data.qty !== undefined) { this.set_quantity(data.qty); }
            if (data.price_unit !== undefined) { this.set_unit_price(data.price_unit); }
            if (data.discount !== undefined) { this.set_discount(data.discount); }
            this.trigger('change', this);
        },
        init_from_JSON: function (json) {
            OrderlineSuper.prototype.init_from_JSON.apply(this, arguments);
            this.mp_dirty = json.mp_dirty;
            this.mp_skip = json.mp_skip;
            this.rnote = json.rnote;
        },
        export_as_JSON: function () {
            var j = OrderlineSuper.prototype.export_as_JSON.apply(this, arguments);
            j.mp_dirty = this.mp_dirty;
            j.mp_skip = this.mp_skip;
            j.rnote = this.rnote;
            return j;
        },
    });
    return {models: models};
});
