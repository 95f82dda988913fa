// Values kept as JSON texts; Odoo 14.
//: order.print_changes "{\"a\":1}" "{\"a\":2,\"b\":[1]}"
//: orderline.combo_json "[{\"id\":1}]" "[]"
odoo.define("stringy.models", function (require) {
    "use strict";
    var models = require("point_of_sale.models");
    var _order = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            _order.init_from_JSON.apply(this, arguments);
            this.printedChanges = json.print_changes && JSON.parse(json.print_changes);
        },
        export_as_JSON: function () {
            var json = _order.export_as_JSON.apply(this, arguments);
            json.print_changes = JSON.stringify(this.printedChanges);
            return json;
        },
    });
    var _line = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            _line.init_from_JSON.apply(this, arguments);
            try {
                this.combo = JSON.parse(json.combo_json || '[]');
            } catch (e) {
                console.log('bad combo', e);
                this.combo = [];
            }
        },
        export_as_JSON: function () {
            var json = _line.export_as_JSON.apply(this, arguments);
            json.combo_json = JSON.stringify(this.combo);
            return json;
        },
    });
});
