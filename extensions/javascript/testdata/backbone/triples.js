odoo.define("acme_options.options", function (require) {
    var models = require("point_of_sale.models");
    var moment = window.moment;
    var _super_line = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function () {
            _super_line.initialize.apply(this, arguments);
            this.options = this.options || [];
        },
        init_from_JSON: function (json) {
            _super_line.init_from_JSON.apply(this, arguments);
            this.options = _.map(json.options || [], function (triple) { return triple[2]; });
            this.chosen_on = json.chosen_on ? moment(json.chosen_on) : null;
        },
        export_as_JSON: function () {
            var json = _super_line.export_as_JSON.apply(this, arguments);
            json.options = this.options.map(function (o) { return [0, 0, o]; });
            json.chosen_on = this.chosen_on ? this.chosen_on.format("YYYY-MM-DD HH:mm:ss") : false;
            this.options.push({ late: true });
            return json;
        },
    });
});
