// Loyalty points and rewards per line; Odoo 8: openerp.MODULE.
//: order.fidelity_points one-way 12 40
//: orderline.fidelity_reward one-way 3 5
openerp.acme_fidelity = function (instance) {
    "use strict";
    var module = instance.point_of_sale;
    var round_pr = instance.web.round_precision;
    var QWeb = instance.web.qweb;
    var _t = instance.web._t;

    module.load_fields && module.load_fields('res.partner', 'fidelity_points');

    var _initialize_ = module.PosModel.prototype.initialize;
    module.PosModel.prototype.initialize = function (session, attributes) {
        for (var i = 0; i < this.models.length; i++) {
            var model = this.models[i];
            if (model.model === 'res.partner') { model.fields.push('fidelity_points'); }
        }
        return _initialize_.call(this, session, attributes);
    };

    var OrderlineSuper = module.Orderline;
    module.Orderline = module.Orderline.extend({
        get_reward: function () { return this.pos.fidelity && this.pos.fidelity.rewards_by_id[this.reward_id]; },
        set_reward: function (reward) { this.reward_id = reward.id; },
        export_as_JSON: function () {
            var json = OrderlineSuper.prototype.export_as_JSON.apply(this, arguments);
            json.fidelity_reward = this.reward_id;
            return json;
        },
    });
    var OrderSuper = module.Order;
    module.Order = module.Order.extend({
        get_won_points: function () {
            if (!this.pos.fidelity || !this.get_client()) { return 0; }
            var rounding = this.pos.fidelity.rounding, total = 0;
            this.get('orderLines').each(function (line) {
                if (line.get_reward()) { return; }
                total += round_pr(line.get_quantity() * 2, rounding);
            });
            return total;
        },
        export_as_JSON: function () {
            var json = OrderSuper.prototype.export_as_JSON.apply(this, arguments);
            json.fidelity_points = this.get_won_points();
            return json;
        },
    });
    module.PaymentScreenWidget.include({
        validate_order: function (options) {
            var currentOrder = this.pos.get('selectedOrder');
            if (currentOrder.get_client()) {
                currentOrder.get_client().fidelity_points += currentOrder.get_won_points();
            }
            this._super(options);
        },
    });
};
