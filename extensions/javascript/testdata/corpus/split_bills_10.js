//: order.split_bills [{"name":"a","amount":5,"paid":false}] [{"name":"b","amount":6,"paid":true},{"name":"c","amount":1,"paid":false}]
odoo.define('split_bill_plus', function (require) {
"use strict";
var models = require('point_of_sale.models');
var Bill = Backbone.Model.extend({
    defaults: {amount: 0, paid: false},
    export_as_JSON: function () { return {amount: this.get('amount'), paid: this.get('paid'), name: this.get('name')}; },
});
var BillCollection = Backbone.Collection.extend({model: Bill});
var S = models.Order.prototype;
models.Order = models.Order.extend({
    initialize: function (attributes, options) {
        this.bills = new BillCollection();
        S.initialize.apply(this, arguments);
        this.bills.bind('change', function () { this.trigger('change', this); }, this);
    },
    export_as_JSON: function () {
        var json = S.export_as_JSON.apply(this, arguments);
        json.split_bills = this.bills.map(function (b) { return b.export_as_JSON(); });
        return json;
    },
    init_from_JSON: function (json) {
        S.init_from_JSON.apply(this, arguments);
        var self = this;
        this.bills.reset();
        _.each(json.split_bills || [], function (b) { self.bills.add(new Bill(b)); });
    },
});
});
