// The models module under another name, Backbone's __super__, early returns; Odoo 13.
//: order.patient_ref "PAT-1" "PAT-2"
//: order.diagnosis ["a","b"] ["c"]
//: orderline.dose {"morning":1,"evening":2} {"morning":0,"evening":1}
//: orderline.prescription_line 77 78
odoo.define('clinic.models', function (require) { return require('point_of_sale.models'); });
odoo.define('clinic.pos', function (require) {
    "use strict";
    var models = require('clinic.models');
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            this.constructor.__super__.init_from_JSON.call(this, json);
            if (!json.patient_ref && !json.diagnosis) { return; }
            this.patient_ref = json.patient_ref;
            this.diagnosis = (json.diagnosis || []).slice();
        },
        export_as_JSON: function () {
            var json = this.constructor.__super__.export_as_JSON.call(this);
            if (this.patient_ref) { json.patient_ref = this.patient_ref; }
            if (_.size(this.diagnosis)) { json.diagnosis = this.diagnosis; }
            return json;
        },
    });
    var Line = models.Orderline;
    models.Orderline = Line.extend({
        init_from_JSON: function (json) {
            Line.prototype.init_from_JSON.call(this, json);
            if (json.dose === undefined && json.prescription_line === undefined) { return this; }
            this.dose = _.clone(json.dose);
            this.prescription_line = json.prescription_line;
            return this;
        },
        export_as_JSON: function () {
            var json = Line.prototype.export_as_JSON.call(this);
            json.dose = this.dose;
            json.prescription_line = this.prescription_line;
            return json;
        },
    });
});
