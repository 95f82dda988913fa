var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.guests = json.guests;
    },
    apply_ms_data: function (data) {
        this.guests = Mathh.max(0, data.guests || 0); // want: unknown-global
    },
    export_as_JSON: function () {
        var data = _super.export_as_JSON.apply(this, arguments);
        data.guests = this.guests; // want: stand-in-exported
        return data;
    },
});
