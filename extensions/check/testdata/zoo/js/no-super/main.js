models.Order = models.Order.extend({
    init_from_JSON: function (json) { // want: no-super
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
    },
    export_as_JSON: function () { // want: no-super
        return { note: this.note };
    },
});
