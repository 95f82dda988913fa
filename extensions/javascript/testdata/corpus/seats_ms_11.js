//: order.run_note "alpha" "beta"
//: order.print_state {"from":"10:00","to":"11:00"} {"from":"12:00"}
//: orderline.ms_seat 12.5 3
odoo.define('seats_ms', function (require) {
"use strict";
var models = require('point_of_sale.models');
var multi = require('pos_multi_session');
var S = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function (attributes, options) {
        S.initialize.apply(this, arguments);
        this.bind('change:sync new_updates_to_send', function () { this.seat_sync(); }, this);
        this.orderlines.on('add remove change', function () { this.trigger('new_updates_to_send'); }, this);
    },
    seat_sync: function () { console.log('sync', this.uid); },
    apply_ms_data: function (data) {
        if (S.apply_ms_data) { S.apply_ms_data.apply(this, arguments); }
        this.run_note = data.run_note;
        this.print_state = data.print_state;
        var screen = this.pos.gui.screen_instances.products;
        if (screen && screen.order_widget) { screen.order_widget.renderElement(); }
        this.trigger('change', this);
    },
    export_as_JSON: function () {
        var d = S.export_as_JSON.apply(this, arguments);
        d.run_note = this.run_note;
        d.print_state = this.print_state;
        return d;
    },
    init_from_JSON: function (json) {
        this.run_note = json.run_note;
        this.print_state = json.print_state;
        S.init_from_JSON.call(this, json);
    },
});
var L = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    set_seat: function (n) { if (this.ms_seat !== n) { this.ms_seat = n; this.trigger('change', this); this.order.trigger('new_updates_to_send'); } },
    apply_ms_data: function (data) {
        if (L.apply_ms_data) { L.apply_ms_data.apply(this, arguments); }
        if (typeof data.qty !== 'undefined') { this.set_quantity(data.qty); }
        if (typeof data.price_unit !== 'undefined') { this.set_unit_price(data.price_unit); }
        if (typeof data.discount !== 'undefined') { this.set_discount(data.discount); }
        if (typeof data.ms_seat !== 'undefined') { this.set_seat(data.ms_seat); }
        this.trigger('change', this);
    },
    export_as_JSON: function () {
        var d = L.export_as_JSON.apply(this, arguments);
        d.ms_seat = this.ms_seat;
        return d;
    },
    init_from_JSON: function (json) {
        L.init_from_JSON.apply(this, arguments);
        this.ms_seat = json.ms_seat;
    },
});
});
