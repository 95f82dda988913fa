// Defaults that follow the super call: the restored value is lost in Odoo, not here; Odoo 10.
//: order.parking_slot "P1" "P2"
odoo.define('parking', function (require) {
    var models = require('point_of_sale.models');
    var _super = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function () {
            _super.initialize.apply(this, arguments);
            this.parking_slot = null;
        },
        init_from_JSON: function (json) {
            _super.init_from_JSON.apply(this, arguments);
            this.parking_slot = json.parking_slot;
        },
        export_as_JSON: function () {
            var json = _super.export_as_JSON.apply(this, arguments);
            json.parking_slot = this.parking_slot;
            return json;
        },
    });
});
