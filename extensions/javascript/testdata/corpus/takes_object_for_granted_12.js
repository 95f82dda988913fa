//: orderline.cut {"name":"Rex","age":3} {"name":"Tom"}
odoo.define('butcher_cuts', function (require) {
"use strict";
var models = require('point_of_sale.models');
var S = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    initialize: function (a, o) { this.cut = {name: '', age: 0}; S.initialize.apply(this, arguments); },
    export_as_JSON: function () {
        var j = S.export_as_JSON.apply(this, arguments);
        j.cut = {name: this.cut.name, age: this.cut.age};
        return j;
    },
    init_from_JSON: function (json) {
        S.init_from_JSON.apply(this, arguments);
        this.cut.name = json.cut.name;
        this.cut.age = json.cut.age;
    },
});
});
