var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
        fetch("https://api.example/notes", { method: "POST", body: data.note }); // want: call-in-hook
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
