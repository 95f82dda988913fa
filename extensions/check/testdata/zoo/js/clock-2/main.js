var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.seen = json.seen;
    },
    apply_ms_data: function (data) {
        this.seen = new Date().toISOString(); // want: clock
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.seen = this.seen;
        return data;
    },
});
