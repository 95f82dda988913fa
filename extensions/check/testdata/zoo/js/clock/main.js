var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.opened = json.opened || Date.now(); // want: clock
    },
    apply_ms_data: function (data) {
        this.opened = data.opened || this.opened;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.opened = this.opened;
        return data;
    },
});
