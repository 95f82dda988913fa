//: orderline.mp_skip true false
//: orderline.mp_dirty true false
//: orderline.printed_qty 12.5 3
//: order.multiprint_resume {"1":2} {"1":3,"2":1}
odoo.define('kitchen_reprint.line', function (require) {
"use strict";
var models = require('point_of_sale.models');
require('pos_restaurant.multiprint');
var L = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    initialize: function () {
        L.initialize.apply(this, arguments);
        if (typeof this.mp_dirty === 'undefined') { this.mp_dirty = this.printable() || undefined; }
        if (!this.mp_skip) { this.mp_skip = false; }
    },
    printable: function () { return this.pos.db.is_product_in_category(this.pos.printers_categories, this.get_product().id); },
    init_from_JSON: function (json) {
        L.init_from_JSON.apply(this, arguments);
        this.mp_dirty = json.mp_dirty;
        this.mp_skip = json.mp_skip;
        this.printed_qty = json.printed_qty;
    },
    export_as_JSON: function () {
        var j = L.export_as_JSON.apply(this, arguments);
        j.mp_dirty = this.mp_dirty;
        j.mp_skip = this.mp_skip;
        j.printed_qty = this.printed_qty;
        return j;
    },
    set_quantity: function (q) {
        if (this.pos.config.iface_printers && q !== this.quantity && this.printable()) { this.mp_dirty = true; }
        L.set_quantity.apply(this, arguments);
    },
    set_dirty: function (d) { this.mp_dirty = d; this.trigger('change', this); },
});
var O = models.Order.prototype;
models.Order = models.Order.extend({
    build_line_resume: function () {
        var resume = {};
        this.orderlines.each(function (line) {
            if (line.mp_skip) { return; }
            var key = line.get_line_diff_hash ? line.get_line_diff_hash() : '' + line.id;
            resume[key] = (resume[key] || 0) + line.get_quantity();
        });
        return resume;
    },
    init_from_JSON: function (json) {
        O.init_from_JSON.apply(this, arguments);
        this.saved_resume = json.multiprint_resume || {};
    },
    export_as_JSON: function () {
        var j = O.export_as_JSON.apply(this, arguments);
        j.multiprint_resume = this.saved_resume || this.build_line_resume();
        return j;
    },
});
});
