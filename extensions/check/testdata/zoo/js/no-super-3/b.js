var _before_b = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _before_b.init_from_JSON.apply(this, arguments);
        this.guests = json.guests;
    },
    apply_ms_data: function (data) { // want: no-super not-applied
        this.guests = data.guests;
    },
    export_as_JSON: function () {
        var data = _before_b.export_as_JSON.apply(this, arguments);
        data.guests = this.guests;
        return data;
    },
});
