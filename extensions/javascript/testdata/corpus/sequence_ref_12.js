// A receipt reference by session and sequence; a default where there is none; Odoo 12.
//: order.ticket_ref "00012-001-0007" "00012-001-0008"
//: order.daily_number 7 8
odoo.define('ticket_ref.models', function (require) {
    'use strict';
    var models = require('point_of_sale.models');
    var _posmodel = models.PosModel.prototype;
    models.PosModel = models.PosModel.extend({
        initialize: function () {
            this.daily = 0;
            return _posmodel.initialize.apply(this, arguments);
        },
        next_daily: function () {
            this.daily = (this.daily || 0) + 1;
            return this.daily;
        },
    });
    var _order = models.Order.prototype;
    models.Order = models.Order.extend({
        zero_pad_ref: function (num, size) {
            var s = '' + num;
            while (s.length < size) { s = '0' + s; }
            return s;
        },
        get_ref: function () {
            return this.zero_pad_ref(this.pos.pos_session.id, 5) + '-' + this.zero_pad_ref(this.pos.pos_session.login_number, 3) + '-' + this.zero_pad_ref(this.sequence_number, 4);
        },
        init_from_JSON: function (json) {
            _order.init_from_JSON.apply(this, arguments);
            this.ticket_ref = json.ticket_ref;
            this.daily_number = json.daily_number;
            this.pos.pos_session.sequence_number = Math.max(this.sequence_number + 1, this.pos.pos_session.sequence_number);
        },
        export_as_JSON: function () {
            var json = _order.export_as_JSON.apply(this, arguments);
            json.ticket_ref = this.ticket_ref || this.get_ref();
            json.daily_number = this.daily_number || this.pos.next_daily();
            return json;
        },
    });
});
