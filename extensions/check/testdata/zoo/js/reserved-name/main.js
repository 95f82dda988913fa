var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.mt_note = json.mt_note;
    },
    apply_ms_data: function (data) {
        this.mt_note = data.mt_note;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.mt_note = this.mt_note;
        return data;
    },
});
