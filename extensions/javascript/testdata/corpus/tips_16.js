// Tips per waiter; Odoo 16, registries and an owl component.
//: order.tip_share 3.5 7
//: order.tip_waiter "Ann" "Bob"
odoo.define('bistro_tips.models', function (require) {
    'use strict';
    const { PosGlobalState, Order } = require('point_of_sale.models');
    const Registries = require('point_of_sale.Registries');
    const PosComponent = require('point_of_sale.PosComponent');
    const ProductScreen = require('point_of_sale.ProductScreen');
    const NumberBuffer = require('point_of_sale.NumberBuffer');
    const { useListener } = require('@web/core/utils/hooks');
    const { round_decimals: round_di } = require('web.utils');
    const { onMounted, useState } = owl;

    class TipButton extends PosComponent {
        setup() {
            super.setup();
            this.state = useState({ tip: 0 });
            useListener('click', this.onClick);
            onMounted(() => NumberBuffer.reset());
        }
        async onClick() {
            const { confirmed, payload } = await this.showPopup('NumberPopup', { title: this.env._t('Tip') });
            if (confirmed) {
                this.env.pos.get_order().set_tip_share(payload);
            }
        }
    }
    TipButton.template = 'TipButton';
    ProductScreen.addControlButton({
        component: TipButton,
        condition: function () { return this.env.pos.config.iface_tipproduct; },
    });
    Registries.Component.add(TipButton);

    const TipPosGlobalState = (PosGlobalState) => class TipPosGlobalState extends PosGlobalState {
        async _processData(loadedData) {
            await super._processData(...arguments);
            this.waiters = loadedData['hr.employee'];
        }
    };
    Registries.Model.extend(PosGlobalState, TipPosGlobalState);

    const TipOrder = (Order) => class TipOrder extends Order {
        constructor(obj, options) {
            super(...arguments);
            this.tip_share = this.tip_share || 0;
            this.tip_waiter = this.tip_waiter || null;
        }
        set_tip_share(tip) { this.tip_share = round_di(tip, 2); }
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.tip_share = this.tip_share;
            json.tip_waiter = this.tip_waiter;
            return json;
        }
        init_from_JSON(json) {
            super.init_from_JSON(...arguments);
            this.tip_share = json.tip_share;
            this.tip_waiter = json.tip_waiter;
        }
        get_total_with_tax() { return super.get_total_with_tax() + (this.tip_share || 0); }
    };
    Registries.Model.extend(Order, TipOrder);
    return TipButton;
});
