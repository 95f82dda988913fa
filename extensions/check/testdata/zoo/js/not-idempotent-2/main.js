var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.label = json.label || "";
    },
    apply_ms_data: function (data) {
        this.label = "* " + (data.label || ""); // want: not-idempotent
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.label = this.label;
        return data;
    },
});
