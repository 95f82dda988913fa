var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.prize = json.prize;
    },
    apply_ms_data: function (data) {
        this.prize = Math.floor(Math.random() * 1000); // want: chance
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.prize = this.prize;
        return data;
    },
});
