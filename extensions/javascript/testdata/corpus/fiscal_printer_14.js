// An Italian fiscal printer's receipt data, a computed lottery code; Odoo 14.
//: order.fiscal_receipt_number "0012" "0013"
//: order.fiscal_z_rep_number "3" "4"
//: order.fiscal_receipt_date "2026-11-21" "2026-11-22"
//: order.lottery_code "ABC12345" "XYZ99999"
//: orderline.refund_doc one-way "d1" "d2"
odoo.define('it_fiscal.pos', function (require) {
    "use strict";
    var core = require("web.core");
    var models = require("point_of_sale.models");
    var utils = require("web.utils");
    var round_pr = utils.round_precision;
    var _t = core._t;

    models.load_fields("account.tax", ["fpdeptax"]);
    models.load_fields("product.product", ["fiscal_code"]);

    var _orderproto = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function (attr, options) {
            _orderproto.initialize.call(this, attr, options);
            this.lottery_code = null;
            this.refund_report = this.refund_report || null;
            if (options.json && options.json.lottery_code) {
                this.lottery_code = options.json.lottery_code;
            }
        },
        getPrinterOptions: function () {
            var protocol = this.pos.config.use_https ? "https://" : "http://";
            return {url: protocol + this.pos.config.printer_ip + "/cgi-bin/fpmate.cgi"};
        },
        init_from_JSON: function (json) {
            _orderproto.init_from_JSON.apply(this, arguments);
            this.fiscal_receipt_number = json.fiscal_receipt_number;
            this.fiscal_z_rep_number = json.fiscal_z_rep_number;
            this.fiscal_receipt_date = json.fiscal_receipt_date;
            this.lottery_code = json.lottery_code;
        },
        export_as_JSON: function () {
            var result = _orderproto.export_as_JSON.apply(this, arguments);
            result.fiscal_receipt_number = this.fiscal_receipt_number;
            result.fiscal_z_rep_number = this.fiscal_z_rep_number;
            result.fiscal_receipt_date = this.fiscal_receipt_date;
            result.lottery_code = this.lottery_code;
            return result;
        },
        export_for_printing: function () {
            var receipt = _orderproto.export_for_printing.bind(this)();
            receipt.fiscal_receipt_date = this.fiscal_receipt_date;
            receipt.total = round_pr(this.get_total_with_tax(), this.pos.currency.rounding);
            return receipt;
        },
    });
    var _lineproto = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        export_as_JSON: function () {
            var json = _lineproto.export_as_JSON.call(this);
            if (this.refund_doc) { json.refund_doc = this.refund_doc; }
            return json;
        },
        export_for_printing: function () {
            var receipt = _lineproto.export_for_printing.bind(this)();
            receipt.tax_department = this.get_taxes()[0] && this.get_taxes()[0].fpdeptax;
            return receipt;
        },
    });
    /* the printer itself lives in the page */
    if (window.epson) { window.epson.fiscalPrint = window.epson.fiscalPrint || function () {}; }
});
