//: order.seat_map {"1":"a"} {"1":"b","2":"c"}
odoo.define('seat_split.order', function (require) {
    'use strict';
    const models = require('point_of_sale.models');
    const Registries = require('point_of_sale.Registries');
    const SeatOrder = Order => class extends Order {
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.seat_map = this.seats ? Object.fromEntries(this.seats) : {};
            return json;
        }
        init_from_JSON(json) {
            super.init_from_JSON(...arguments);
            this.seats = new Map(Object.entries(json.seat_map || {}));
        }
    };
    Registries.Model.extend(models.Order, SeatOrder);
});
