//: order.locker "alpha" "beta"
odoo.define('locker.Order', function (require) {
    const { Order } = require('point_of_sale.models');
    const Registries = require('point_of_sale.Registries');
    const LockerOrder = (Order) => class extends Order {
        locker = '';
        export_as_JSON() { return { ...super.export_as_JSON(...arguments), locker: this.locker }; }
        init_from_JSON(json) { super.init_from_JSON(...arguments); this.locker = json.locker; }
    };
    Registries.Model.extend(Order, LockerOrder);
});
