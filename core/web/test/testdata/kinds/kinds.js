// One field of every kind; points are a derived one: 10 for each piece.
var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super_order.init_from_JSON.apply(this, arguments);
        this.urgent = json.urgent;
    },
    export_as_JSON: function () {
        var data = _super_order.export_as_JSON.apply(this, arguments);
        data.urgent = this.urgent;
        data.points = this.get_orderlines().reduce(function (sum, line) { return sum + 10 * line.get_quantity(); }, 0);
        return data;
    },
});
