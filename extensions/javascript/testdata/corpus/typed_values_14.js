// Values forced into a type; false for none; Odoo 14.
//: order.is_walk_in true false
//: order.covers 4 2
//: order.voucher_code "ABC" "DEF"
//: orderline.allergy_list "nuts,milk" "nuts"
//: orderline.is_side true false
odoo.define('typed.values', function (require) {
    const models = require('point_of_sale.models');
    const o = models.Order.prototype, l = models.Orderline.prototype;
    models.Order = models.Order.extend({
        init_from_JSON(json) {
            o.init_from_JSON.apply(this, arguments);
            this.is_walk_in = !!json.is_walk_in;
            this.covers = parseInt(json.covers, 10) || 0;
            this.voucher_code = json.voucher_code ? String(json.voucher_code).trim().toUpperCase() : false;
        },
        export_as_JSON() {
            const json = o.export_as_JSON.apply(this, arguments);
            json.is_walk_in = this.is_walk_in;
            json.covers = this.covers;
            json.voucher_code = this.voucher_code;
            return json;
        },
    });
    models.Orderline = models.Orderline.extend({
        init_from_JSON(json) {
            l.init_from_JSON.apply(this, arguments);
            this.allergies = (json.allergy_list || '').split(',').filter(Boolean);
            this.is_side = Boolean(json.is_side);
        },
        export_as_JSON() {
            const json = l.export_as_JSON.apply(this, arguments);
            json.allergy_list = this.allergies.join(',');
            json.is_side = this.is_side;
            return json;
        },
    });
});
