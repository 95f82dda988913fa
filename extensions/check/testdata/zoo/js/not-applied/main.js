var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note; this.guest = json.guest;
    },
    apply_ms_data: function (data) { // want: not-applied
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note; data.guest = this.guest;
        return data;
    },
});
