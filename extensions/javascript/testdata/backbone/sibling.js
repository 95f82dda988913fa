odoo.define("acme_kitchen.course", function (require) {
    // Extends what another vendor's module has, as that module isn't here.
    var ms = require("other_vendor_kitchen.models");
    var models = require("point_of_sale.models");
    ms.load_fields("product.product", "course");
    var _super_line = ms.Orderline.prototype;
    ms.Orderline = ms.Orderline.extend({
        set_course: function (n) { this.course = n; if (this.order) { this.order.trigger("new_updates_to_send"); } },
        export_as_JSON: function () {
            var json = _super_line.export_as_JSON.apply(this, arguments);
            json.course = this.course;
            return json;
        },
        init_from_JSON: function (json) {
            _super_line.init_from_JSON.apply(this, arguments);
            this.course = json.course;
        },
        apply_ms_data: function (data) {
            _super_line.apply_ms_data && _super_line.apply_ms_data.apply(this, arguments);
            this.set_course(data.course);
            this.pos.gui.screen_instances.products.order_widget.rerender_orderline(this);
        },
    });
    if (ms.Orderline !== models.Orderline) { throw new Error("two classes"); }
});
