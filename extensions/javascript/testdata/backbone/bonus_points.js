/* Points on the order, worked out of its lines; screens beside models (Odoo 10 to 14). */
odoo.define("acme_bonus.bonus", function (require) {
    "use strict";

    var models = require("point_of_sale.models");
    var screens = require("point_of_sale.screens");
    var gui = require("point_of_sale.gui");
    var core = require("web.core");
    var utils = require("web.utils");
    var PopupWidget = require("point_of_sale.popups");

    var _t = core._t;
    var QWeb = core.qweb;
    var round_pr = utils.round_precision;

    models.load_fields("product.product", ["bonus_rate"]);
    models.load_fields("res.partner", "bonus_points");
    models.load_models([
        {
            model: "acme.bonus.program",
            fields: ["name", "rate"],
            domain: function (self) { return [["active", "=", true]]; },
            loaded: function (self, programs) { self.bonus_program = programs[0]; },
        },
    ]);

    var _super_posmodel = models.PosModel.prototype;
    models.PosModel = models.PosModel.extend({
        initialize: function (session, attributes) {
            var partner_model = _.find(this.models, function (model) { return model.model === "res.partner"; });
            if (partner_model) {
                partner_model.fields.push("bonus_points");
            }
            return _super_posmodel.initialize.call(this, session, attributes);
        },
        bonus_rate: function () { return 0.1; },
    });

    var _super_order = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function () {
            _super_order.initialize.apply(this, arguments);
            this.bonus_used = this.bonus_used || 0;
            this.on("change", this.update_bonus_display, this);
        },
        update_bonus_display: function () { this.pos.gui.screen_instances.products.order_widget.update_summary(); },
        get_bonus_earned: function () {
            var total = 0;
            _.each(this.get_orderlines(), function (line) {
                total += line.get_price_with_tax();
            });
            return round_pr(total * this.pos.bonus_rate(), 0.01);
        },
        export_as_JSON: function () {
            var json = _super_order.export_as_JSON.apply(this, arguments);
            json.bonus_used = this.bonus_used;
            json.bonus_earned = this.get_bonus_earned();
            return json;
        },
        init_from_JSON: function (json) {
            _super_order.init_from_JSON.apply(this, arguments);
            this.bonus_used = json.bonus_used;
        },
        export_for_printing: function () {
            var json = _super_order.export_for_printing.apply(this, arguments);
            json.bonus = _t("Bonus");
            return json;
        },
    });

    var BonusPopup = PopupWidget.extend({
        template: "BonusPopup",
        show: function (options) {
            this._super(options);
            this.$(".value").focus();
        },
    });
    gui.define_popup({ name: "bonus", widget: BonusPopup });

    var BonusButton = screens.ActionButtonWidget.extend({
        template: "BonusButton",
        button_click: function () {
            this.gui.show_popup("bonus", { title: _t("Use points"), confirm: function (v) { $("body").append(QWeb.render("x", { v: v })); } });
        },
    });
    screens.define_action_button({ name: "bonus", widget: BonusButton, condition: function () { return this.pos.bonus_program; } });

    screens.OrderWidget.include({
        update_summary: function () {
            this._super();
            this.el.querySelector(".bonus").textContent = this.format_currency(0);
        },
    });
    screens.PaymentScreenWidget.prototype.events = _.extend({}, screens.PaymentScreenWidget.prototype.events, { "click .bonus": "use_bonus" });

    return { BonusButton: BonusButton, BonusPopup: BonusPopup };
});
