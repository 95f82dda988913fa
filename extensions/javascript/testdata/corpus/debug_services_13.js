// Looks modules up as in the console, without odoo.define; Odoo 13.
//: order.voucher "V1" "V2"
(function () {
    "use strict";
    var models = odoo.__DEBUG__.services['point_of_sale.models'];
    var screens = odoo.__DEBUG__.services['point_of_sale.screens'];
    var Super = models.Order;
    models.Order = Super.extend({
        init_from_JSON: function (json) { Super.prototype.init_from_JSON.call(this, json); this.voucher = json.voucher; },
        export_as_JSON: function () { var j = Super.prototype.export_as_JSON.call(this); j.voucher = this.voucher; return j; },
    });
    screens.PaymentScreenWidget.include({order_is_valid: function () { return this._super.apply(this, arguments); }});
})();
