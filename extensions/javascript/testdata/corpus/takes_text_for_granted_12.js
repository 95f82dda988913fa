//: order.survey "{\"a\":1}" "{\"b\":[2]}"
odoo.define('survey_pos', function (require) {
"use strict";
var models = require('point_of_sale.models');
var S = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function () { this.survey = {}; S.initialize.apply(this, arguments); },
    answer: function (q, a) { this.survey[q] = a; },
    export_as_JSON: function () {
        var json = S.export_as_JSON.apply(this, arguments);
        json.survey = JSON.stringify(this.survey);
        return json;
    },
    init_from_JSON: function (json) {
        S.init_from_JSON.apply(this, arguments);
        this.survey = JSON.parse(json.survey);
    },
});
});
