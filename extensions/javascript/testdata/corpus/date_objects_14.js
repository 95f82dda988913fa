// Date objects, numbers of milliseconds and ISO texts; Odoo 14.
//: order.opened_ms 1795255200000 1795255260000
//: order.promised_at "2026-11-21T10:00:00.000Z" "2026-11-21T10:30:00.000Z"
//: order.order_day "21/11/2026" "22/11/2026"
odoo.define('promise.time', function (require) {
    'use strict';
    const models = require('point_of_sale.models');
    const time = require('web.time');
    const _o = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            _o.init_from_JSON.apply(this, arguments);
            this.opened = json.opened_ms ? new Date(json.opened_ms) : new Date();
            this.promised = json.promised_at ? new Date(json.promised_at) : null;
            this.order_day = json.order_day || moment(this.opened).format('DD/MM/YYYY');
        },
        minutes_open: function () { return Math.floor((Date.now() - this.opened.getTime()) / 60000); },
        export_as_JSON: function () {
            const json = _o.export_as_JSON.apply(this, arguments);
            json.opened_ms = this.opened.getTime();
            if (this.promised && !isNaN(this.promised)) { json.promised_at = this.promised.toISOString(); }
            json.order_day = this.order_day;
            return json;
        },
    });
});
