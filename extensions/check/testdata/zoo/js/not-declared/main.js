var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        if (data.note === "no") {
            throw new Reject("That note is not allowed"); // want: not-declared
        }
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
