odoo.define("acme_terminal.payment", function (require) {
    "use strict";
    var models = require("point_of_sale.models");
    var _super_paymentline = models.Paymentline.prototype;
    models.Paymentline = models.Paymentline.extend({
        init_from_JSON: function (json) {
            _super_paymentline.init_from_JSON.apply(this, arguments);
            this.terminal_ref = json.terminal_ref;
        },
        export_as_JSON: function () {
            return _.extend(_super_paymentline.export_as_JSON.apply(this, arguments), { terminal_ref: this.terminal_ref });
        },
    });
    models.register_payment_method("acme", function () {});
});
