odoo.define("notes", function (require) {
    const { Order } = require("point_of_sale.models");
    const Registries = require("point_of_sale.Registries");
    Registries.Model.extend(Order, (Order) => class extends Order {
        async export_as_JSON() { // want: async-hook no-return
            const json = super.export_as_JSON(...arguments);
            json.note = await this.note;
            return json;
        }
        init_from_JSON(json) {
            super.init_from_JSON(...arguments);
            this.note = json.note;
        }
    });
});
