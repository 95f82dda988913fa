odoo.define("seats", function (require) {
    const { Orderline } = require("point_of_sale.models");
    const Registries = require("point_of_sale.Registries");
    Registries.Model.extend(Orderline, (Orderline) => class extends Orderline {
        init_from_JSON(json) { // want: no-super
            this.seat = json.seat;
        }
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.seat = this.seat;
            return json;
        }
    });
});
