// What is copied from the customer and the cashier; Odoo 10.
//: order.client_name one-way "Li" "Wu"
//: order.cashier_name one-way "Ann" "Bob"
//: order.cashier_id one-way 2 3
//: order.loyalty_level one-way "gold" "silver"
//: order.pos_name one-way "Bar" "Till 1"
odoo.define('customer_info', function (require) {
"use strict";
var models = require('point_of_sale.models');
models.load_fields('res.partner', ['loyalty_level']);
var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    export_as_JSON: function () {
        var json = _super_order.export_as_JSON.apply(this, arguments);
        var client = this.get_client();
        json.client_name = client ? client.name : '';
        json.loyalty_level = this.get_client() && this.get_client().loyalty_level || 'none';
        var cashier = this.pos.get_cashier() || this.pos.user;
        json.cashier_name = cashier.name;
        json.cashier_id = this.pos.cashier ? this.pos.cashier.id : this.pos.user.id;
        json.pos_name = this.pos.config.name;
        return json;
    },
});
});
