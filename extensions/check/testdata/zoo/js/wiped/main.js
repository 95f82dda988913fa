var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note; this.by = json.by;
    },
    apply_ms_data: function (data) {
        this.by = data.by;
        this.note = data.by ? data.note : null; // want: wiped
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note; data.by = this.by;
        return data;
    },
});
