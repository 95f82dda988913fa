odoo.define("guests", function (require) {
    var models = require("point_of_sale.models");
    var floors = require("pos_floors.models"); // want: unknown-import
    var _super = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            _super.init_from_JSON.apply(this, arguments);
            this.guests = json.guests;
        },
        export_as_JSON: function () {
            var json = _super.export_as_JSON.apply(this, arguments);
            json.guests = this.guests;
            return json;
        },
        floor: function () { return floors.of(this); },
    });
});
