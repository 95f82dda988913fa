// What went to the kitchen printers: dirty and skip flags per line, what was
// printed per order as a keyed object; Odoo 9.
//: orderline.kp_dirty true false
//: orderline.kp_skip true false
//: order.kp_printed {"7|no ice":{"qty":2,"note":"no ice"}} {"7|no ice":{"qty":3,"note":"no ice"},"9":{"qty":1,"note":""}}
odoo.define('kp.kitchen', function (require) {
"use strict";
var Session = require('web.session');
var core = require('web.core');
var screens = require('point_of_sale.screens');
var models = require('point_of_sale.models');
var QWeb = core.qweb, mixins = core.mixins;

var Printer = core.Class.extend(mixins.PropertiesMixin, {
    init: function (parent, options) {
        mixins.PropertiesMixin.init.call(this, parent);
        this.connection = new Session(undefined, 'http://proxy', {use_cors: true});
        this.receipt_queue = [];
    },
    print: function (receipt) {
        var self = this;
        if (receipt) { this.receipt_queue.push(receipt); }
        while (this.receipt_queue.length > 0) {
            var r = this.receipt_queue.shift();
            this.connection.rpc('/hw_proxy/print_xml_receipt', {receipt: r}, {timeout: 5000})
                .then(function () {}, function (error) { self.receipt_queue.unshift(r); });
        }
    },
});

models.load_models({
    model: 'restaurant.printer',
    fields: ['name', 'proxy_ip', 'product_categories_ids'],
    domain: null,
    loaded: function (self, printers) {
        var active = {};
        for (var i = 0; i < self.config.printer_ids.length; i++) {
            active[self.config.printer_ids[i]] = true;
        }
        self.printers = [];
        for (i = 0; i < printers.length; i++) {
            if (active[printers[i].id]) {
                var printer = new Printer(self, {url: 'http://' + printers[i].proxy_ip + ':8069'});
                printer.config = printers[i];
                self.printers.push(printer);
            }
        }
    },
});

var _super_orderline = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    initialize: function () {
        _super_orderline.initialize.apply(this, arguments);
        if (!this.pos.printers) { return; }
        if (typeof this.kp_dirty === 'undefined') { this.kp_dirty = undefined; }
        if (!this.kp_skip) { this.kp_skip = false; }
    },
    printable: function () {
        return this.pos.db.is_product_in_category(this.pos.printers_categories, this.get_product().id);
    },
    init_from_JSON: function (json) {
        _super_orderline.init_from_JSON.apply(this, arguments);
        this.kp_dirty = json.kp_dirty;
        this.kp_skip = json.kp_skip;
    },
    export_as_JSON: function () {
        var json = _super_orderline.export_as_JSON.apply(this, arguments);
        json.kp_dirty = this.kp_dirty;
        json.kp_skip = this.kp_skip;
        return json;
    },
    set_quantity: function (quantity) {
        if (this.pos.printers && quantity !== this.quantity && this.printable()) {
            this.kp_dirty = true;
        }
        _super_orderline.set_quantity.apply(this, arguments);
    },
    can_be_merged_with: function (orderline) {
        return (!this.kp_skip) && (!orderline.kp_skip) && _super_orderline.can_be_merged_with.apply(this, arguments);
    },
    set_skip: function (skip) {
        if (this.kp_dirty && skip && !this.kp_skip) {
            this.kp_skip = true;
            this.trigger('change', this);
        }
    },
});
screens.OrderWidget.include({
    render_orderline: function (orderline) {
        var node = this._super(orderline);
        if (this.pos.config.iface_printers && orderline.kp_skip) { node.classList.add('skip'); }
        return node;
    },
});

var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    build_line_resume: function () {
        var resume = {};
        this.orderlines.each(function (line) {
            if (line.kp_skip) { return; }
            var id = line.get_product().id + '|' + line.get_note();
            resume[id] = {qty: Number(line.get_quantity()), note: line.get_note()};
        });
        return resume;
    },
    saveChanges: function () {
        this.kp_saved = this.build_line_resume();
        this.orderlines.each(function (line) { line.kp_dirty = false; });
        this.trigger('change', this);
    },
    hasChangesToPrint: function () {
        var current = this.build_line_resume(), old = this.kp_saved || {};
        return _.any(_.keys(current), function (id) { return !_.isEqual(current[id], old[id]); });
    },
    export_as_JSON: function () {
        var json = _super_order.export_as_JSON.apply(this, arguments);
        json.kp_printed = this.kp_saved;
        return json;
    },
    init_from_JSON: function (json) {
        _super_order.init_from_JSON.apply(this, arguments);
        this.kp_saved = json.kp_printed;
    },
});
});
