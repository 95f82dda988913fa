var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.points = json.points || 0;
    },
    apply_ms_data: function (data) {
        this.points += data.points || 0; // want: not-idempotent
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.points = this.points;
        return data;
    },
});
