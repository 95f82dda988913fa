//: orderline.seller_id 7 8
odoo.define('pos_line_commission.models', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var _super_line = models.Orderline.prototype;
    models.load_fields('res.users', ['commission_rate']);
    models.Orderline = models.Orderline.extend({
        initialize: function (attr, options) {
            _super_line.initialize.call(this, attr, options);
            if (!options.json) {
                this.seller = this.pos.get_cashier();
            }
        },
        export_as_JSON: function () {
            var json = _super_line.export_as_JSON.call(this);
            json.seller_id = this.get_seller() && this.get_seller().id || undefined;
            return json;
        },
        init_from_JSON: function (json) {
            _super_line.init_from_JSON.call(this, json);
            this.seller = _.find(this.pos.users, function (u) { return u.id === json.seller_id; }) || {id: json.seller_id, name: ''};
        },
        get_seller: function () { return this.seller; },
    });
});
