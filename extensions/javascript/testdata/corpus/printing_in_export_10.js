// Uses the receipt's data and the order's own text in what it exports; Odoo 10.
//: order.receipt_text one-way "Tea 2" "Tea 3"
//: order.barcode_ean one-way "2100000000012" "2100000000029"
//: order.footer_note "Thanks" "Bye"
odoo.define('receipt.text', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var utils = require('web.utils');
    var o = models.Order.prototype;
    models.Order = models.Order.extend({
        get_receipt_text: function () {
            var receipt = this.export_for_printing(), text = '';
            _.each(receipt.orderlines, function (line) {
                text += line.product_name + ' ' + line.quantity + ' ' + line.price_display.toFixed(2) + '\n';
            });
            text += receipt.company.name + ' ' + receipt.date.localestring + ' ' + receipt.currency.symbol;
            _.each(receipt.tax_details, function (d) { text += d.name; });
            return text;
        },
        get_ean: function () {
            var id = String(parseInt(this.uid.replace(/\D/g, ''), 10) || 0);
            while (id.length < 12) { id = '0' + id; }
            var sum = 0;
            for (var i = 0; i < 12; i++) { sum += (i % 2 ? 3 : 1) * id[i]; }
            return id + ((10 - sum % 10) % 10);
        },
        init_from_JSON: function (json) { o.init_from_JSON.apply(this, arguments); this.footer_note = json.footer_note; },
        export_as_JSON: function () {
            var json = o.export_as_JSON.apply(this, arguments);
            json.receipt_text = this.get_receipt_text();
            json.barcode_ean = this.get_ean();
            json.footer_note = this.footer_note;
            return json;
        },
    });
});
