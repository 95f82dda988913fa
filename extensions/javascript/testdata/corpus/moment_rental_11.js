// Rental with dates through moment; Odoo 11.
//: order.rent_from "2026-12-01 08:00:00" "2026-12-02 09:00:00"
//: order.rent_days 3 4
//: orderline.deposit 50.5 25
odoo.define('rental.pos', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var time = require('web.time');
    var field_utils = require('web.field_utils');
    var utils = require('web.utils');
    var _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            this.rent_from = json.rent_from ? moment(json.rent_from) : undefined;
            this.rent_days = parseInt(json.rent_days) || 0;
            _super_order.init_from_JSON.apply(this, arguments);
        },
        get_rent_end: function () {
            return this.rent_from ? this.rent_from.clone().add(this.rent_days, 'days').format('L') : '';
        },
        export_as_JSON: function () {
            var json = _super_order.export_as_JSON.apply(this, arguments);
            json.rent_from = this.rent_from ? this.rent_from.format('YYYY-MM-DD HH:mm:ss') : false;
            json.rent_days = this.rent_days;
            return json;
        },
    });
    var _super_line = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            _super_line.init_from_JSON.apply(this, arguments);
            this.deposit = json.deposit;
        },
        export_as_JSON: function () {
            var json = _super_line.export_as_JSON.apply(this, arguments);
            json.deposit = utils.round_decimals(parseFloat(this.deposit) || 0, 2);
            return json;
        },
    });
});
