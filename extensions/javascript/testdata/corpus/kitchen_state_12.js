//: orderline.kitchen_state "alpha" "beta"
//: orderline.sent_at "alpha" "beta"
odoo.define('pos_kds.models', function (require) {
    "use strict";
    var models = require('pos_restaurant.multiprint');
    models = require('point_of_sale.models');
    var _t = require('web.core')._t;
    var Model = require('web.DataModel');
    var bus = require('bus.bus').bus;
    var STATES = ['new', 'cooking', 'done', 'served'];

    bus.on('notification', null, function (notes) {
        _.each(notes, function (n) { if (n[0][1] === 'pos.kds') { window.posmodel.kds_update(n[1]); } });
    });
    var PosModelSuper = models.PosModel;
    models.PosModel = models.PosModel.extend({
        initialize: function () {
            this.kds_ready = false;
            PosModelSuper.prototype.initialize.apply(this, arguments);
            this.bus = bus;
        },
        kds_update: function (message) {
            var order = _.findWhere(this.get('orders').models, {uid: message.uid});
            if (!order) { return; }
            order.orderlines.each(function (l) {
                if (message.lines[l.uid]) { l.set_kitchen_state(message.lines[l.uid]); }
            });
        },
    });
    var Line = models.Orderline;
    models.Orderline = models.Orderline.extend({
        set_kitchen_state: function (state) {
            if (STATES.indexOf(state) < 0) { return; }
            this.kitchen_state = state;
            if (state === 'cooking') { this.sent_at = moment().format('YYYY-MM-DD HH:mm:ss'); }
            this.trigger('change', this);
            this.order.trigger('new_updates_to_send');
        },
        export_as_JSON: function () {
            var data = Line.prototype.export_as_JSON.apply(this, arguments);
            data.kitchen_state = this.kitchen_state;
            data.sent_at = this.sent_at;
            return data;
        },
        init_from_JSON: function (json) {
            this.kitchen_state = json.kitchen_state || 'new';
            this.sent_at = json.sent_at;
            return Line.prototype.init_from_JSON.apply(this, arguments);
        },
        apply_ms_data: function (data) {
            if (Line.prototype.apply_ms_data) { Line.prototype.apply_ms_data.apply(this, arguments); }
            this.kitchen_state = data.kitchen_state;
            this.sent_at = data.sent_at;
            this.trigger('change', this);
        },
    });
});
