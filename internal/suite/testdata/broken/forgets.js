// It reads the note, and never takes it over.
// want: round trip: (?s)till A set the order field note to .*expected: every till to show "Ab".*came: +till B shows nothing.*order field note, till B
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note && null;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note === undefined ? null : this.note;
        return json;
    },
});
