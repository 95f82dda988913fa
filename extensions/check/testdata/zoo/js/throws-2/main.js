var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.tags = json.tags;
    },
    apply_ms_data: function (data) {
        this.tags = data.tags.map(function (t) { return t.toUpperCase().code.trim(); }); // want: throws
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.tags = this.tags;
        return data;
    },
});
