var _before_a = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _before_a.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _before_a.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
