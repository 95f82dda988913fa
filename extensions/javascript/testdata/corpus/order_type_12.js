// Eat in, take away or delivery with an own collection of types; Odoo 12.
//: order.order_type_id one-way 1 2
//: order.order_type_code "eat" "take"
//: orderline.takeaway_line true false
odoo.define('order_types.models', function (require) {
    "use strict";
    var models = require('point_of_sale.models');
    var Widget = require('web.Widget');
    var dom_ready = require('web.dom_ready');
    var types = [{code: 'eat', name: 'Eat in'}, {code: 'take', name: 'Take away'}];
    dom_ready(function () { $('.pos').addClass('typed'); });
    var TypeWidget = Widget.extend({template: 'TypeWidget', xmlDependencies: ['/order_types/static/xml/types.xml']});
    var _super = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function (attributes, options) {
            this.order_type = types[0];
            _super.initialize.apply(this, arguments);
        },
        type_by_code: function (code) {
            return _.findWhere(types, {code: code});
        },
        init_from_JSON: function (json) {
            _super.init_from_JSON.apply(this, arguments);
            this.order_type_code = json.order_type_code;
            this.order_type = this.type_by_code(json.order_type_code) || types[0];
        },
        export_as_JSON: function () {
            var json = _super.export_as_JSON.apply(this, arguments);
            json.order_type_id = this.order_type.id;
            json.order_type_code = this.order_type_code;
            return json;
        },
    });
    var _line = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        init_from_JSON: function (json) {
            this.takeaway_line = json.takeaway_line;
            _line.init_from_JSON.apply(this, arguments);
        },
        export_as_JSON: function () {
            return _.extend(_line.export_as_JSON.apply(this, arguments), {takeaway_line: this.takeaway_line});
        },
        get_applicable_taxes: function () {
            var taxes = _line.get_applicable_taxes.apply(this, arguments);
            return this.takeaway_line ? _.filter(taxes, function (t) { return t.reduced; }) : taxes;
        },
    });
    return {TypeWidget: TypeWidget};
});
