// A field of every role; the deposit is a derived one, of the product with the id 20.
var _super_orderline = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
        _super_orderline.init_from_JSON.apply(this, arguments);
        this.bottle = json.product_id === 20 ? 0.25 : null;
    },
    export_as_JSON: function () {
        var data = _super_orderline.export_as_JSON.apply(this, arguments);
        data.bottle = this.bottle;
        return data;
    },
});
