var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.choice = json.choice;
    },
    apply_ms_data: function (data) {
        this.choice = data.choice;
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.choice = { picked: [this.choice, { when: function () {} }] }; // want: not-json
        return data;
    },
});
