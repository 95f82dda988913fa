// A function of the instance with jQuery at its top, sprintf, deferreds; Odoo 8.
//: order.room_number "12" "13"
//: orderline.served_by "Ann" "Bob"
(function ($, _) {
    "use strict";
    $.fn.flash = function () { return this.fadeOut().fadeIn(); };
    $.ajaxSetup({timeout: 1000});
    $(function () { $('#pos').on('click', '.room', function (e) { e.preventDefault(); }); });
})(window.jQuery, window._);
openerp.hospitality = function (instance) {
    var module = instance.point_of_sale, round_di = instance.web.round_decimals, _t = instance.web._t;
    var ready = new $.Deferred();
    $.when(ready, new instance.web.Model('hotel.room').call('search_read', [])).then(function (a, rooms) { module.rooms = rooms; });
    module.RoomScreenWidget = module.ScreenWidget.extend({
        template: 'RoomScreenWidget',
        init: function (parent, options) { this._super(parent, options); this.price = round_di(1.005, 2); },
        show: function () { this._super(); this.add_action_button({label: _t('Back'), icon: '/x.png', click: function () {}}); },
    });
    var Order = module.Order, Orderline = module.Orderline;
    module.Order = module.Order.extend({
        initialize: function (attributes) {
            Order.prototype.initialize.apply(this, arguments);
            this.get('orderLines').bind('add', function (line) { line.set('fresh', true); }, this);
            this.title = _.str.sprintf(_t("Order %s"), this.get('name'));
        },
        init_from_JSON: function (json) { Order.prototype.init_from_JSON.apply(this, arguments); this.room_number = json.room_number; },
        export_as_JSON: function () {
            return $.extend({}, Order.prototype.export_as_JSON.apply(this, arguments), {room_number: this.room_number});
        },
    });
    module.Orderline = module.Orderline.extend({
        init_from_JSON: function (json) { Orderline.prototype.init_from_JSON.apply(this, arguments); this.set({served_by: json.served_by}); },
        export_as_JSON: function () {
            var r = Orderline.prototype.export_as_JSON.apply(this, arguments);
            r.served_by = this.get('served_by');
            return r;
        },
    });
};
