// An order without a note is refused, so that the suite begins with the case's.
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
        if (!this.note) throw new Reject("An order needs a note");
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        return json;
    },
});
