// web.utils' patch of a class of Backbone times; Odoo 15.
//: order.kiosk_number "K7" "K8"
odoo.define('kiosk.Order', function (require) {
    'use strict';
    const { patch } = require('web.utils');
    const { Order } = require('point_of_sale.models');
    patch(Order.prototype, 'kiosk.Order', {
        init_from_JSON(json) {
            this._super(json);
            this.kiosk_number = json.kiosk_number;
        },
        export_as_JSON() {
            const json = this._super();
            json.kiosk_number = this.kiosk_number;
            return json;
        },
    });
});
