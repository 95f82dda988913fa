odoo.define("third", function (require) {
    var models = require("point_of_sale.models");
    var _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        apply_ms_data: function (data) {
            _super_order.apply_ms_data.apply(this, arguments);
            this.third_variable = data.third_variable;
        },
        export_as_JSON: function () {
            var data = _super_order.export_as_JSON.apply(this, arguments);
            data.third_variable = this.third_variable;
            return data;
        },
        init_from_JSON: function (json) {
            this.third_variable = json.third_variable;
            return _super_order.init_from_JSON.call(this, json);
        },
    });
});
