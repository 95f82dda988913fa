var _before_a = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _before_a.init_from_JSON.apply(this, arguments);
        this.points = json.points;
    },
    export_as_JSON: function () {
        var json = _before_a.export_as_JSON.apply(this, arguments);
        json.points = (json.points || this.points) * 2;
        return json;
    },
});
