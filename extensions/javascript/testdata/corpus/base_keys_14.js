// Overwrites keys of the base, and has one of its own; Odoo 14.
//: order.to_invoice unclaimed
//: order.pricelist_id unclaimed
//: orderline.customer_note unclaimed
//: orderline.full_product_name unclaimed
//: order.invoice_email "a@b.c" "d@e.f"
odoo.define('invoice_always', function (require) {
    var models = require('point_of_sale.models');
    var _o = models.Order.prototype, _l = models.Orderline.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            _o.init_from_JSON.apply(this, arguments);
            this.invoice_email = json.invoice_email;
            this.to_invoice = json.to_invoice;
            var pl = _.find(this.pos.pricelists, {id: json.pricelist_id}) || this.pos.default_pricelist;
            this.set_pricelist(pl);
        },
        export_as_JSON: function () {
            var json = _o.export_as_JSON.apply(this, arguments);
            json.invoice_email = this.invoice_email;
            json.to_invoice = this.is_to_invoice() || this.pos.config.always_invoice;
            json.pricelist_id = this.pricelist ? this.pricelist.id : false;
            return json;
        },
    });
    models.Orderline = models.Orderline.extend({
        export_as_JSON: function () {
            var json = _l.export_as_JSON.apply(this, arguments);
            json.customer_note = this.get_customer_note();
            json.full_product_name = this.get_full_product_name() + ' *';
            return json;
        },
    });
});
