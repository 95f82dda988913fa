flectra.define("acme_flectra", function (require) {
    var models = require("point_of_sale.models");
    var s = models.Order.prototype;
    models.Order = models.Order.extend({
        export_as_JSON: function () { var j = s.export_as_JSON.apply(this, [arguments]); j.fork = this.fork; return j; },
        init_from_JSON: function (json) { s.init_from_JSON.apply(this, [json]); this.fork = json.fork; return true; },
    });
});
