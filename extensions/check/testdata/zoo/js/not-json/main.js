var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.rate = json.rate;
    },
    apply_ms_data: function (data) {
        this.rate = data.rate;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.rate = this.rate;
        data.share = this.rate / undefined; // want: not-json export-only
        return data;
    },
});
