//: orderline.prescription_no "alpha" "beta"
//: orderline.doctor_id 7 8
//: orderline.dosage "alpha" "beta"
odoo.define('pharmacy_pos.rx', function (require) {
"use strict";
var models = require('point_of_sale.models');
var oline = models.Orderline.prototype;
var exportLine = models.Orderline.prototype.export_as_JSON;
var initLine = models.Orderline.prototype.init_from_JSON;
models.Orderline = models.Orderline.extend({
    export_as_JSON: function () {
        var json = exportLine.apply(this, arguments);
        json.prescription_no = this.prescription_no || '';
        json.doctor_id = this.doctor_id || null;
        json.dosage = this.get_dosage();
        return json;
    },
    get_dosage: function () { return this.dosage; },
    set_dosage: function (d) { this.dosage = d; this.trigger('change', this); },
    init_from_JSON: function (json) {
        initLine.apply(this, arguments);
        this.prescription_no = json.prescription_no;
        this.doctor_id = json.doctor_id;
        this.set_dosage(json.dosage);
    },
});
});
