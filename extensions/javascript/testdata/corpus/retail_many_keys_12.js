// A retailer's all-in-one: many keys, storage in instance and apply_ms_data; Odoo 12.
//: order.rt_promotions [{"id":3,"name":"2+1"}] []
//: order.rt_shipping_id 12 13
//: order.rt_state_note "paid later" "paid now"
//: order.rt_email_send true false
//: order.rt_email_receipt "a@b.c" "d@e.f"
//: order.rt_sale_journal 7 8
//: order.rt_partial true false
//: order.rt_create_date "2026-11-21 09:00:00" "2026-11-21 09:05:00"
//: orderline.rt_uom_id 3 1
//: orderline.rt_variants [{"id":1,"price":2.5}] [{"id":2,"price":3}]
//: orderline.rt_tags [{"id":4,"name":"hot"}] []
//: orderline.rt_note "no sugar" "salt"
//: orderline.rt_combo_items [{"product_id":[9,"Fries"],"quantity":1}] []
//: orderline.rt_returned true false
odoo.define('rt.order', function (require) {
    var utils = require('web.utils');
    var round_pr = utils.round_precision;
    var models = require('point_of_sale.models');
    var core = require('web.core');
    var qweb = core.qweb;
    var _t = core._t;
    var big_data = require('rt.big_data');
    var rpc = require('pos.rpc');

    models.load_fields("product.product", ['name', 'is_combo', 'combo_limit', 'uom_ids', 'barcode_ids']);
    models.load_fields("res.partner", ['street2', 'credit', 'debit', 'balance', 'lang']);

    var _super_Order = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function (attributes, options) {
            _super_Order.initialize.apply(this, arguments);
            var self = this;
            if (!this.rt_promotions) { this.rt_promotions = []; }
            if (!this.rt_create_date) {
                this.rt_create_date = moment().format("YYYY-MM-DD HH:mm:ss");
            }
            if (this.pos.config.rt_auto_invoice) { this.to_invoice = true; }
            this.bind('change add remove', function (order) { self.pos.trigger('refresh:customer_facing'); });
            this.orderlines.bind('change add remove', function (line) { self.pos.trigger('update:total'); });
        },
        init_from_JSON: function (json) {
            var res = _super_Order.init_from_JSON.apply(this, arguments);
            if (json.rt_promotions) { this.rt_promotions = json.rt_promotions; }
            if (json.rt_shipping_id) { this.rt_shipping_id = json.rt_shipping_id; }
            if (json.rt_state_note) { this.rt_state_note = json.rt_state_note; }
            if (json.rt_email_send) { this.rt_email_send = json.rt_email_send; }
            if (json.rt_email_receipt) { this.rt_email_receipt = json.rt_email_receipt; }
            if (json.rt_sale_journal) { this.rt_sale_journal = json.rt_sale_journal; } else { this.rt_sale_journal = null; }
            if (json.rt_partial) { this.rt_partial = json.rt_partial; }
            if (json.rt_create_date) { this.rt_create_date = json.rt_create_date; }
            return res;
        },
        apply_ms_data: function (data) {
            if (_super_Order.apply_ms_data) { _super_Order.apply_ms_data.apply(this, arguments); }
            this.rt_promotions = data.rt_promotions;
            this.rt_shipping_id = data.rt_shipping_id;
            this.rt_state_note = data.rt_state_note;
            this.rt_email_send = data.rt_email_send;
            this.rt_email_receipt = data.rt_email_receipt;
            this.rt_partial = data.rt_partial;
            this.rt_create_date = data.rt_create_date;
            this.trigger('change', this);
            var screen = this.pos.gui.screen_instances['products'];
            if (screen && screen.order_widget) { screen.order_widget.change_selected_order(); }
        },
        export_as_JSON: function () {
            var json = _super_Order.export_as_JSON.apply(this, arguments);
            if (this.rt_promotions) { json.rt_promotions = this.rt_promotions; }
            if (this.rt_shipping_id) { json.rt_shipping_id = this.rt_shipping_id; }
            json.rt_state_note = this.rt_state_note;
            json.rt_email_send = this.rt_email_send;
            json.rt_email_receipt = this.rt_email_receipt;
            if (this.sale_journal) { json.rt_sale_journal = this.sale_journal.id; }
            json.rt_partial = this.rt_partial;
            json.rt_create_date = this.rt_create_date;
            return json;
        },
    });
    var _super_Orderline = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function (attributes, options) {
            var res = _super_Orderline.initialize.apply(this, arguments);
            if (!options.json) {
                if (this.pos.config.rt_note_default) { this.rt_note = ''; }
                if (!this.rt_variants) { this.rt_variants = []; }
            }
            return res;
        },
        init_from_JSON: function (json) {
            var res = _super_Orderline.init_from_JSON.apply(this, arguments);
            if (json.rt_uom_id) { this.rt_uom = this.pos.uom_by_id[json.rt_uom_id]; }
            if (json.rt_variants && json.rt_variants.length) { this.rt_variants = json.rt_variants; }
            if (json.rt_tags) { this.rt_tags = json.rt_tags; }
            this.rt_note = json.rt_note || '';
            if (json.rt_combo_items && json.rt_combo_items.length) { this.set_combo(json.rt_combo_items); }
            this.rt_returned = json.rt_returned;
            return res;
        },
        set_combo: function (items) {
            this.rt_combo_items = [];
            for (var i = 0; i < items.length; i++) {
                var product = this.pos.db.get_product_by_id(items[i].product_id && items[i].product_id[0]);
                if (product) { this.rt_combo_items.push({product: product, quantity: items[i].quantity}); }
            }
            this.trigger('change', this);
        },
        export_as_JSON: function () {
            var json = _super_Orderline.export_as_JSON.apply(this, arguments);
            if (this.rt_uom) { json.rt_uom_id = this.rt_uom.id; }
            if (this.rt_variants) { json.rt_variants = this.rt_variants; }
            if (this.rt_tags) { json.rt_tags = this.rt_tags; }
            if (this.rt_note !== undefined) { json.rt_note = this.rt_note; }
            if (this.rt_combo_items && this.rt_combo_items.length) { json.rt_combo_items = this.rt_combo_items; }
            json.rt_returned = this.rt_returned;
            return json;
        },
        get_price_without_tax: function () {
            var price = _super_Orderline.get_price_without_tax.apply(this, arguments);
            return price + _.reduce(this.rt_variants || [], function (s, v) { return s + v.price; }, 0);
        },
    });
});
