// Functions put on the prototype; Odoo 9.
//: orderline.kitchen_state "sent" "done"
odoo.define("kds.state", function (require) {
    var models = require("point_of_sale.models");
    var old_init = models.Orderline.prototype.init_from_JSON;
    models.Orderline.prototype.init_from_JSON = function (json) {
        old_init.apply(this, arguments);
        this.kitchen_state = json.kitchen_state || 'new';
    };
    var old_export = models.Orderline.prototype.export_as_JSON;
    models.Orderline.prototype.export_as_JSON = function () {
        var r = old_export.apply(this, arguments);
        r['kitchen_state'] = this.kitchen_state;
        return r;
    };
    models.Orderline.prototype.set_kitchen_state = function (s) {
        this.kitchen_state = s;
        this.trigger('change', this);
    };
});
