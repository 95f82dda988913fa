var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) { // want: allocates slow
        for (var i = 0; i < 30; i++) {
            this.copy_of_all = JSON.parse(JSON.stringify(data));
        }
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
