odoo.define('acme_waiter.models', ['point_of_sale.models'], function (require) {
    // The class is captured and .prototype taken at call time.
    var models = require('point_of_sale.models');
    var OrderSuper = models.Order;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            this.waiter = json.waiter || this.waiter || "";
            OrderSuper.prototype.init_from_JSON.apply(this, arguments);
        },
        export_as_JSON: function () {
            return _.extend(OrderSuper.prototype.export_as_JSON.apply(this, arguments), { waiter: this.waiter });
        },
        apply_ms_data: function (data) {
            OrderSuper.prototype.apply_ms_data.apply(this, arguments);
            if (typeof data.waiter !== 'undefined') {
                this.set_waiter(data.waiter);
            }
        },
        set_waiter: function (name) {
            this.waiter = name;
            this.trigger('change', this);
            this.trigger('new_updates_to_send');
        },
    });
});
