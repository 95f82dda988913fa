// Several modules in one file, one chained on the other, one screen module between; Odoo 13.
//: order.alpha_code "A" "B"
//: order.beta_code 1 2
//: orderline.gamma_flag true false
odoo.define('chain.gamma', function (require) {
    "use strict";
    var beta = require('chain.beta');
    var models = beta.models;
    var _s = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) { _s.init_from_JSON.apply(this, arguments); this.gamma_flag = json.gamma_flag; },
        export_as_JSON: function () { var j = _s.export_as_JSON.apply(this, arguments); j.gamma_flag = this.gamma_flag; return j; },
    });
});
odoo.define('chain.beta', function (require) {
    "use strict";
    var models = require('chain.alpha').models;
    var _s = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) { _s.init_from_JSON.apply(this, arguments); this.beta_code = json.beta_code; },
        export_as_JSON: function () { var j = _s.export_as_JSON.apply(this, arguments); j.beta_code = this.beta_code; return j; },
    });
    return {models: models};
});
odoo.define('chain.screen', ['point_of_sale.screens', 'web.core'], function (require) {
    "use strict";
    var screens = require('point_of_sale.screens'), core = require('web.core');
    screens.PaymentScreenWidget.include({
        init: function (parent, options) {
            var self = this;
            this._super(parent, options);
            core.bus.on('chain_event', this, this.render_paymentlines);
            this.keyboard_handler = _.wrap(this.keyboard_handler, function (f, e) { f.call(self, e); });
        },
        validate_order: function (force) { this._super(force); },
    });
    screens.ClientListScreenWidget.prototype.events = _.extend({}, screens.ClientListScreenWidget.prototype.events, {'click .x': 'y'});
    return screens;
});
odoo.define('chain.alpha', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var _s = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) { _s.init_from_JSON.apply(this, arguments); this.alpha_code = json.alpha_code; },
        export_as_JSON: function () { var j = _s.export_as_JSON.apply(this, arguments); j.alpha_code = this.alpha_code; return j; },
    });
    return {models: models, version: 3};
});
