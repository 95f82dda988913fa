/** @odoo-module */

import { Order, Orderline } from "@point_of_sale/app/store/models";
import { PosStore } from "@point_of_sale/app/store/pos_store";
import { Orderline as OrderlineComponent } from "@point_of_sale/app/generic_components/orderline/orderline";
import { patch } from "@web/core/utils/patch";
import { roundPrecision as round_pr } from "@web/core/utils/numbers";
import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";

patch(PosStore.prototype, {
    async setup() {
        await super.setup(...arguments);
        this.badge = useState({ n: 0 });
    },
});

patch(Order.prototype, {
    setup(_defaultObj, options) {
        super.setup(...arguments);
        this.badge = this.badge || options.json?.badge || "";
    },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.badge = this.badge;
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.badge = json.badge;
    },
});

patch(Orderline.prototype, {
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.weight = round_pr(this.weight || 0, 0.001);
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.weight = json.weight;
    },
    getDisplayData() {
        return { ...super.getDisplayData(), weight: _t("Weight") };
    },
});

patch(OrderlineComponent, { props: { ...OrderlineComponent.props, line: { shape: { weight: { type: String, optional: true } } } } });
patch(OrderlineComponent.prototype, { get weight() { return this.props.line.weight; } });

export class BadgePopup extends Component {
    static template = "acme.BadgePopup";
    setup() { super.setup(); this.state = useState({ text: "" }); }
}
