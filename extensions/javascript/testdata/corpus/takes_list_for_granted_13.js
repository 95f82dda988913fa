//: order.steps ["x","y"] ["z"]
odoo.define('workflow_steps', function (require) {
"use strict";
var models = require('point_of_sale.models');
var S = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function () { this.steps = []; S.initialize.apply(this, arguments); },
    export_as_JSON: function () { var j = S.export_as_JSON.apply(this, arguments); j.steps = this.steps.slice(); return j; },
    init_from_JSON: function (json) { S.init_from_JSON.apply(this, arguments); this.steps = json.steps.map(function (s) { return s; }); },
});
});
