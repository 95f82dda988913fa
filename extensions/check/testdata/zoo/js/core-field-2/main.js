var _super = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
        this.set_unit_price(1); // want: core-field
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
