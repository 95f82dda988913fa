//: order.gift_cards [{"id":1,"name":"a","amount":5,"paid":false,"value":"v","qty":1}] [{"id":2,"name":"b","amount":6,"paid":true,"value":"w","qty":2},{"id":3,"name":"c","amount":1,"paid":false,"value":"u","qty":1}]
//: order.gift_total one-way 12.5 3
odoo.define('pos_gift_voucher', function (require) {
"use strict";
var core = require('web.core');
var models = require('point_of_sale.models');
var screens = require('point_of_sale.screens');
var gui = require('point_of_sale.gui');
var QWeb = core.qweb;
var order_prototype = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function () {
        this.giftcard = [];
        this.redeem = [];
        order_prototype.initialize.apply(this, arguments);
    },
    set_giftcard: function (g) { this.giftcard.push(g); this.trigger('change'); },
    export_as_JSON: function () {
        var orders = order_prototype.export_as_JSON.call(this);
        orders.gift_cards = this.giftcard || false;
        orders.gift_total = _.reduce(this.giftcard, function (m, g) { return m + g.amount; }, 0);
        return orders;
    },
    init_from_JSON: function (json) {
        order_prototype.init_from_JSON.call(this, json);
        this.giftcard = json.gift_cards || [];
    },
});
screens.PaymentScreenWidget.include({
    renderElement: function () {
        var self = this;
        this._super();
        this.$('.js_gift_card').click(function () {
            self.gui.show_popup('create_card_popup');
        });
    },
    validate_order: function (force) {
        var order = this.pos.get_order();
        if (order.giftcard.length && !order.get_client()) {
            return this.gui.show_popup('error', {title: core._t('Customer needed')});
        }
        this._super(force);
    },
});
});
