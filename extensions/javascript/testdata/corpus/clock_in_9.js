// Defaults from the clock and chance, kept once they are there; Odoo 9.
//: order.started_at "2026-11-21 08:00:00" "2026-11-21 09:00:00"
//: order.lucky 4 5
odoo.define('lucky', function (require) {
    var models = require('point_of_sale.models');
    var sup = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function () {
            this.started_at = this.started_at || moment().format('YYYY-MM-DD HH:mm:ss');
            this.lucky = this.lucky || Math.floor(Math.random() * 100) + 1;
            return sup.initialize.apply(this, arguments);
        },
        init_from_JSON: function (json) {
            sup.init_from_JSON.apply(this, arguments);
            this.started_at = json.started_at || this.started_at;
            this.lucky = json.lucky || this.lucky;
        },
        export_as_JSON: function () {
            var json = sup.export_as_JSON.apply(this, arguments);
            json.started_at = this.started_at;
            json.lucky = this.lucky;
            return json;
        },
    });
});
