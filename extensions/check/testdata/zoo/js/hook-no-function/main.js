var _super = models.Order.prototype;
models.Order = models.Order.extend({
    apply_ms_data: "note", // want: hook-no-function
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        return json;
    },
});
