var served = 0;
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.turn = json.turn;
    },
    apply_ms_data: function (data) {
        this.turn = data.turn;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        served++; // want: module-state
        data.turn = this.turn;
        return data;
    },
});
