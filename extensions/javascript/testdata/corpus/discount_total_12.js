// A discount on the whole order, in percent or fixed, with popups and numpad modes; Odoo 12.
//: order.total_discount_type "percent" "fixed"
//: order.total_discount_value 10 12.5
//: order.total_discount_amount one-way 4 5
odoo.define('pos_discount_total', function (require) {
"use strict";
const models = require('point_of_sale.models');
const screens = require('point_of_sale.screens');
const gui = require('point_of_sale.gui');
const PopupWidget = require('point_of_sale.popups');
const core = require('web.core');
const field_utils = require('web.field_utils');
const { round_decimals } = require('web.utils');

models.NumpadState = models.NumpadState.extend({
    changeMode(newMode) { models.NumpadState.prototype.changeMode; this.set({ buffer: '0', mode: newMode }); },
});
const DiscountPopup = PopupWidget.extend({
    template: 'TotalDiscountPopup',
    events: _.extend({}, PopupWidget.prototype.events, { 'change select': 'onType' }),
    click_confirm() {
        const value = field_utils.parse.float(this.$('input').val());
        this.pos.get_order().set_total_discount('percent', value);
        this.gui.close_popup();
    },
});
gui.define_popup({ name: 'total_discount', widget: DiscountPopup });
screens.NumpadWidget.include({
    applyAccessRights() { this._super(); this.$el.find('.mode-button').each(function () { $(this).removeClass('disabled'); }); },
});
const _super = models.Order.prototype;
models.Order = models.Order.extend({
    initialize(attributes, options) {
        _super.initialize.apply(this, arguments);
        Object.assign(this, { total_discount_type: this.total_discount_type || 'percent', total_discount_value: this.total_discount_value || 0 });
    },
    set_total_discount(type, value) {
        this.assert_editable();
        [this.total_discount_type, this.total_discount_value] = [type, value];
        this.trigger('change', this);
    },
    get_total_discount_amount() {
        const base = this.get_total_with_tax();
        return this.total_discount_type === 'fixed' ? this.total_discount_value : round_decimals(base * this.total_discount_value / 100, this.pos.currency.decimals);
    },
    init_from_JSON(json) {
        const { total_discount_type = 'percent', total_discount_value = 0 } = json;
        Object.assign(this, { total_discount_type, total_discount_value });
        _super.init_from_JSON.call(this, ...arguments);
    },
    export_as_JSON() {
        const { total_discount_type, total_discount_value } = this;
        return Object.assign(_super.export_as_JSON.call(this, ...arguments), {
            total_discount_type, total_discount_value, total_discount_amount: this.get_total_discount_amount(),
        });
    },
});
});
