//: order.booking_start "2026-11-26 10:00:00" "2026-11-27 18:30:00"
//: order.booking_hours 12.5 3
odoo.define('court_booking.order', function (require) {
"use strict";
var models = require('point_of_sale.models');
var S = models.Order.prototype;
var fmt = 'YYYY-MM-DD HH:mm:ss';
models.Order = models.Order.extend({
    initialize: function () {
        this.booking = {start: moment(), end: moment().add(1, 'hours')};
        S.initialize.apply(this, arguments);
    },
    export_as_JSON: function () {
        var j = S.export_as_JSON.apply(this, arguments);
        j.booking_start = this.booking.start.utc().format(fmt);
        j.booking_hours = moment.duration(this.booking.end.diff(this.booking.start)).asHours();
        return j;
    },
    init_from_JSON: function (json) {
        S.init_from_JSON.apply(this, arguments);
        var start = moment.utc(json.booking_start, fmt);
        this.booking = {start: start, end: start.clone().add(json.booking_hours, 'hours')};
    },
});
});
