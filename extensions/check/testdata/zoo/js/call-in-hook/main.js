odoo.define("stamps", function (require) {
    var models = require("point_of_sale.models");
    var rpc = require("web.rpc");
    var _super = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON: function (json) {
            _super.init_from_JSON.apply(this, arguments);
            this.stamps = json.stamps;
        },
        apply_ms_data: function (data) {
            this.stamps = data.stamps;
            rpc.query({ model: "stamp.card", method: "book", args: [data.uid] }); // want: call-in-hook
        },
        export_as_JSON: function () {
            var json = _super.export_as_JSON.apply(this, arguments);
            json.stamps = this.stamps;
            return json;
        },
    });
});
