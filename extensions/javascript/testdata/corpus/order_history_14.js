// A log of what happened kept on the order: arrays that grow in hooks; Odoo 14.
//: order.event_log ["created"] ["created","fired"]
//: orderline.price_history [4.5] [4.5,4.8]
odoo.define('event.log', function (require) {
    "use strict";
    const models = require('point_of_sale.models');
    const o = models.Order.prototype, l = models.Orderline.prototype;
    models.Order = models.Order.extend({
        initialize: function () {
            this.event_log = [];
            o.initialize.apply(this, arguments);
        },
        add_event: function (text) { this.event_log.push(text); this.trigger('change', this); },
        init_from_JSON: function (json) {
            o.init_from_JSON.apply(this, arguments);
            this.event_log = json.event_log ? [...json.event_log] : [];
        },
        export_as_JSON: function () {
            const json = o.export_as_JSON.apply(this, arguments);
            json.event_log = this.event_log;
            return json;
        },
    });
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            l.init_from_JSON.apply(this, arguments);
            this.price_history = json.price_history || [];
        },
        export_as_JSON: function () {
            const json = l.export_as_JSON.apply(this, arguments);
            json.price_history = this.price_history.slice(-10);
            return json;
        },
    });
});
