//: order.is_quotation true false
//: order.quotation_id 7 8
//: order.valid_until "2026-11-26" "2026-12-01"
odoo.define('pos_quote.quote', function (require) {
'use strict';
const PosComponent = require('point_of_sale.PosComponent');
const ProductScreen = require('point_of_sale.ProductScreen');
const PaymentScreen = require('point_of_sale.PaymentScreen');
const { useListener } = require("@web/core/utils/hooks");
const { useState, onMounted } = owl;
const Registries = require('point_of_sale.Registries');
const { Order } = require('point_of_sale.models');

class QuoteButton extends PosComponent {
    setup() {
        super.setup();
        this.state = useState({ busy: false });
        useListener('click', this.onClick);
    }
    async onClick() {
        const { confirmed, payload } = await this.showPopup('NumberPopup', { title: this.env._t('Days') });
        if (confirmed) { this.env.pos.get_order().makeQuote(payload); }
    }
}
QuoteButton.template = 'QuoteButton';
ProductScreen.addControlButton({ component: QuoteButton, condition: function () { return this.env.pos.config.quote; } });
Registries.Component.add(QuoteButton);
const QuotePayment = (PaymentScreen) => class extends PaymentScreen {
    async validateOrder(isForceValidate) {
        if (this.currentOrder.is_quotation) return;
        return super.validateOrder(isForceValidate);
    }
};
Registries.Component.extend(PaymentScreen, QuotePayment);
const QuoteOrder = (Order) => class QuoteOrder extends Order {
    constructor(obj, options) {
        super(obj, options);
        if (options.json) return;
        this.is_quotation = false;
        this.quotation_id = null;
        this.valid_until = null;
    }
    makeQuote(days) {
        this.is_quotation = true;
        this.valid_until = luxon.DateTime.now().plus({ days: Number(days) }).toFormat('yyyy-MM-dd');
    }
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        Object.assign(this, _.pick(json, 'is_quotation', 'quotation_id', 'valid_until'));
    }
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        ['is_quotation', 'quotation_id', 'valid_until'].forEach((k) => { json[k] = this[k]; });
        return json;
    }
};
Registries.Model.extend(Order, QuoteOrder);
});
