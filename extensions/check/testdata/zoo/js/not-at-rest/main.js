var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.happy = json.happy;
    },
    apply_ms_data: function (data) {
        this.happy = data.happy;
        this.set_unit_price(data.price_unit * 0.8);
    },
    export_as_JSON: function () { // want: not-at-rest
        var data = _super.export_as_JSON.apply(this, arguments);
        data.happy = this.happy;
        return data;
    },
});
