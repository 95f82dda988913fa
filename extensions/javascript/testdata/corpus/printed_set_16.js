//: order.printed_stations ["x","y"] ["z"]
odoo.define('station_print.order', (require) => {
    const { Order } = require('point_of_sale.models');
    const Registries = require('point_of_sale.Registries');
    Registries.Model.extend(Order, (O) => class StationOrder extends O {
        constructor() { super(...arguments); this.stations = this.stations || new Set(); }
        markPrinted(s) { this.stations.add(s); }
        export_as_JSON() {
            const json = super.export_as_JSON();
            json.printed_stations = [...this.stations || []];
            return json;
        }
        init_from_JSON(json) {
            super.init_from_JSON(json);
            this.stations = new Set(json.printed_stations || []);
        }
    });
});
