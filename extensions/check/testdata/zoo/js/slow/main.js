var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) { // want: slow
        for (var i = 0, sum = 0; i < 250000; i++) {
            sum += i;
        }
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
