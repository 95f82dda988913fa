odoo.define("acme_gift.gift", function (require) {
    "use strict";
    // Exported in one state only; nothing restores it.
    var models = require("point_of_sale.models");
    var _super = models.Orderline;
    models.Orderline = models.Orderline.extend({
        export_as_JSON: function () {
            var result = _super.prototype.export_as_JSON.call(this);
            if (this.gift_wrapped_at_counter) {
                result.gift_paper = this.gift_paper;
            }
            result['gift_price'] = this.get_unit_price() === 0;
            return result;
        },
    });
});
