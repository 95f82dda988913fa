// The classic: the note is exported, and nothing takes it from a record.
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    set_note: function (note) {
        this.note = note;
        this.trigger("change");
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note; // want: one-way
        return json;
    },
});
