// Hooks wrapped by underscore, and a deep copy; Odoo 12.
//: order.event_data {"id":3,"seats":["A1"]} {"id":3,"seats":["A1","A2"]}
//: orderline.seat "A1" "A2"
odoo.define('events.wrapped', function (require) {
    var models = require('point_of_sale.models');
    var Order = models.Order.prototype, Line = models.Orderline.prototype;
    Order.export_as_JSON = _.wrap(Order.export_as_JSON, function (original) {
        var json = original.call(this);
        json.event_data = $.extend(true, {}, this.event_data);
        if (!this.event_data) { delete json.event_data; }
        return json;
    });
    Order.init_from_JSON = _.wrap(Order.init_from_JSON, function (original, json) {
        this.event_data = json.event_data && $.extend(true, {}, json.event_data);
        return original.call(this, json);
    });
    _.extend(Line, {
        export_as_JSON: _.compose(function (json) { return json; }, (function (original) {
            return function () { return _.defaults({seat: this.seat}, original.apply(this, arguments)); };
        })(Line.export_as_JSON)),
        init_from_JSON: (function (original) {
            return function (json) { original.apply(this, arguments); this.seat = json.seat; };
        })(Line.init_from_JSON),
    });
});
