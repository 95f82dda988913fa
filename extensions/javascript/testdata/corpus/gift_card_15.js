// Gift card on the order and on the line that redeems it; Odoo 15 Backbone.
//: orderline.gift_card_id 41 42
//: orderline.gift_sold false true
//: order.gift_balance {"41":25,"42":10} {"41":5}
odoo.define('presents.gift_card', function (require) {
    "use strict";
    const models = require('point_of_sale.models');
    const { Gui } = require('point_of_sale.Gui');
    const rpc = require('web.rpc');
    const { isConnectionError } = require('point_of_sale.utils');

    models.load_fields('pos.order.line', 'gift_card_id');
    models.load_models([{
        model: 'gift.card', fields: ['code', 'balance', 'expired_date'],
        domain: (self) => [['company_id', '=', self.company.id]],
        loaded: (self, cards) => { self.gift_cards = cards; },
    }], { after: 'product.product' });

    const _super_line = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function (attr, options) {
            _super_line.initialize.call(this, attr, options);
            this.gift_card_id = this.gift_card_id || options.gift_card_id;
        },
        export_as_JSON: function () {
            const json = _super_line.export_as_JSON.apply(this, arguments);
            json.gift_card_id = this.gift_card_id;
            json.gift_sold = this.gift_sold;
            return json;
        },
        init_from_JSON: function (json) {
            _super_line.init_from_JSON.apply(this, arguments);
            this.gift_card_id = json.gift_card_id;
            this.gift_sold = json.gift_sold;
        },
        can_be_merged_with: function (orderline) {
            return !this.gift_card_id && _super_line.can_be_merged_with.apply(this, arguments);
        },
    });
    const _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            this.giftBalance = Object.assign({}, json.gift_balance);
            return _super_order.init_from_JSON.apply(this, arguments);
        },
        export_as_JSON: function () {
            const json = _super_order.export_as_JSON.apply(this, arguments);
            return { ...json, gift_balance: this.giftBalance };
        },
        set_orderline_options: function (line, options) {
            _super_order.set_orderline_options.apply(this, [line, options]);
            if (options && options.gift_card_id) { line.gift_card_id = options.gift_card_id; }
        },
        askBalance: async function (code) {
            try {
                const [card] = await rpc.query({ model: 'gift.card', method: 'search_read', args: [[['code', '=', code]]] });
                return card?.balance ?? 0;
            } catch {
                Gui.showPopup('ErrorPopup', { title: 'offline' });
            }
        },
    });
});
