// A state of the vendor's own on orders and lines; Odoo 9.
//: order.state "waiting" "served"
//: orderline.state "cooking" "done"
odoo.define('own.state', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    _.each(['Order', 'Orderline'], function (name) {
        var proto = models[name].prototype;
        models[name] = models[name].extend({
            init_from_JSON: function (json) { proto.init_from_JSON.apply(this, arguments); this.state = json.state; },
            export_as_JSON: function () { var json = proto.export_as_JSON.apply(this, arguments); json.state = this.state; return json; },
        });
    });
});
