var seen = [];
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.tags = json.tags;
    },
    apply_ms_data: function (data) {
        seen.push(String(data.tags));
        this.tags = seen.slice(); // want: module-state
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.tags = this.tags;
        return data;
    },
});
