// Extends a sibling vendor's module that isn't here; Odoo 10.
//: orderline.tech_id 5 6
//: order.workshop_car {"plate":"B-1","km":10000} {"plate":"B-1","km":10050}
odoo.define('workshop.car', function (require) {
    "use strict";
    var base = require('garage_base.models');
    var Helper = require('garage_base.helper');
    var widget = new Helper.CarWidget(null, {mode: 'pos'});
    widget.on('change', this, function () {});
    var OrderSuper = base.Order;
    base.Order = base.Order.extend({
        init_from_JSON: function (json) {
            OrderSuper.prototype.init_from_JSON.call(this, json);
            this.car = json.workshop_car ? {plate: json.workshop_car.plate, km: json.workshop_car.km} : undefined;
        },
        export_as_JSON: function () {
            var json = OrderSuper.prototype.export_as_JSON.call(this);
            json.workshop_car = this.car;
            return json;
        },
    });
    var LineSuper = base.Orderline;
    base.Orderline = LineSuper.extend({
        init_from_JSON: function (json) { LineSuper.prototype.init_from_JSON.call(this, json); this.tech_id = json.tech_id; },
        export_as_JSON: function () { var json = LineSuper.prototype.export_as_JSON.call(this); json.tech_id = this.tech_id; return json; },
    });
    base.load_fields('product.product', ['is_labour']);
});
