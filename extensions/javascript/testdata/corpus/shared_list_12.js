//: order.extras one-way [{"id":1,"name":"a","amount":5,"paid":false,"value":"v","qty":1}] [{"id":2,"name":"b","amount":6,"paid":true,"value":"w","qty":2},{"id":3,"name":"c","amount":1,"paid":false,"value":"u","qty":1}]
odoo.define('pos_extras', function (require) {
"use strict";
var models = require('point_of_sale.models');
var sup = models.Order.prototype;
models.Order = models.Order.extend({
    extras: [],
    add_extra: function (e) { this.extras.push(e); },
    export_as_JSON: function () {
        var json = sup.export_as_JSON.apply(this, arguments);
        json.extras = this.extras;
        json.extras.sort(function (a, b) { return a.id - b.id; });
        return json;
    },
    init_from_JSON: function (json) {
        sup.init_from_JSON.apply(this, arguments);
        var self = this;
        _.each(json.extras, function (e) { self.extras.push(e); });
    },
});
});
