odoo.define("acme_shelf.models", function (require) {
    "use strict";
    const { Orderline } = require("point_of_sale.models");
    const { PosModelRegistry } = require("point_of_sale.Registries");
    const { float_is_zero } = require("web.utils");
    PosModelRegistry.extend(Orderline, (Orderline) => class extends Orderline {
        shelf = "none";
        init_from_JSON(json) {
            const { shelf = "A", ...rest } = json;
            super.init_from_JSON({ ...rest, shelf });
            this.shelf = shelf;
        }
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.shelf = this.shelf;
            json.free = float_is_zero(this.get_price_with_tax(), this.env.pos.currency.decimal_places);
            return json;
        }
    });
});
