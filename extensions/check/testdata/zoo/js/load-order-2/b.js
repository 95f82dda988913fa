// At the top: another file must have run before.
var student = discounts.student.toFixed(0); // want: load-order
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.kind = json.kind || student;
    },
    apply_ms_data: function (data) {
        this.kind = data.kind || student;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.kind = this.kind;
        return data;
    },
});
