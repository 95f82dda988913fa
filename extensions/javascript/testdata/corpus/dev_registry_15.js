// A development snapshot's registry, and the screen part as classes; Odoo 15.
//: order.pickup_code "1234" "5678"
odoo.define('pickup.models', function (require) {
    'use strict';
    const { Order } = require('point_of_sale.models');
    const PosModelRegistry = require('point_of_sale.PosModelRegistry');
    const Registries = require('point_of_sale.Registries');
    const TicketScreen = require('point_of_sale.TicketScreen');
    const { posbus } = require('point_of_sale.utils');
    posbus.on('table-set', null, () => {});
    const PickupTicketScreen = (TicketScreen) => class extends TicketScreen {
        getTable(order) { return `${order.pickup_code}`; }
        get filteredOrderList() { return super.filteredOrderList.filter((o) => o.pickup_code); }
    };
    Registries.Component.extend(TicketScreen, PickupTicketScreen);
    const PickupOrder = (Order) => class extends Order {
        init_from_JSON(json) { super.init_from_JSON(...arguments); this.pickup_code = json.pickup_code; }
        export_as_JSON() { const json = super.export_as_JSON(...arguments); json.pickup_code = this.pickup_code; return json; }
    };
    (PosModelRegistry.extend ? PosModelRegistry : Registries.Model).extend(Order, PickupOrder);
    return { PickupOrder, PickupTicketScreen };
});
