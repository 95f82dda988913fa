odoo.define("acme_tip.models", function (require) {
    "use strict";
    const { Order, Orderline, PosGlobalState } = require("point_of_sale.models");
    const Registries = require("point_of_sale.Registries");
    const PosComponent = require("point_of_sale.PosComponent");
    const { useListener } = require("@web/core/utils/hooks");

    const TipOrder = (Order) =>
        class TipOrder extends Order {
            constructor(obj, options) {
                super(...arguments);
                this.tip_note = this.tip_note || "";
                this.options_seen = options.pos.config.id;
            }
            export_as_JSON() {
                const json = super.export_as_JSON(...arguments);
                json.tip_note = this.tip_note;
                return json;
            }
            init_from_JSON(json) {
                super.init_from_JSON(...arguments);
                this.tip_note = json.tip_note;
            }
        };
    Registries.Model.extend(Order, TipOrder);

    Registries.Model.extend("Orderline", (Orderline) => class extends Orderline {
        init_from_JSON(json) { super.init_from_JSON(json); this.tip_share = json.tip_share ?? 0; }
        export_as_JSON() { return { ...super.export_as_JSON(), tip_share: this.tip_share }; }
        apply_ms_data(data) { super.apply_ms_data(data); this.tip_share = data.tip_share; }
    });

    Registries.Model.extend(PosGlobalState, (PosGlobalState) => class extends PosGlobalState {
        async _processData(loadedData) { await super._processData(...arguments); this.tips = loadedData["acme.tip"]; }
    });

    class TipButton extends PosComponent {
        setup() { super.setup(); useListener("click", this.onClick); }
        async onClick() { const { confirmed } = await this.showPopup("NumberPopup"); if (confirmed) { this.render(); } }
    }
    TipButton.template = "TipButton";
    Registries.Component.add(TipButton);
    return { TipButton };
});
