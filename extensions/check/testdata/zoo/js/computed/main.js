var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.count = json.count;
    },
    apply_ms_data: function (data) {
        this.count = data.lines.length * 1000; // want: computed
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.count = this.count;
        return data;
    },
});
