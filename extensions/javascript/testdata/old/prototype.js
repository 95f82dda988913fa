odoo.define("acme_direct", function (require) {
    var models = require("point_of_sale.models");
    var exported = models.Order.prototype.export_as_JSON;
    models.Order.prototype.export_as_JSON = function () {
        var json = exported.apply(this, arguments);
        json.direct = this.direct;
        return json;
    };
    var inited = models.Order.prototype.init_from_JSON;
    models.Order.prototype.init_from_JSON = function (json) {
        inited.apply(this, arguments);
        this.direct = json.direct;
    };
});
