var last;
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.table = json.table;
    },
    apply_ms_data: function (data) {
        this.table = data.table || last; // want: module-state
        last = this.table; // want: module-state
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.table = this.table;
        return data;
    },
});
