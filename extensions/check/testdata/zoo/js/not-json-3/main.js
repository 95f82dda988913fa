var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.parts = json.parts;
    },
    apply_ms_data: function (data) {
        this.parts = data.parts;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        var whole = { parts: this.parts };
        whole.whole = { of: whole };
        data.parts = whole; // want: not-json
        return data;
    },
});
