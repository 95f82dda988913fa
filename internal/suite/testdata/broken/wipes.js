// A tap that isn't about the note takes it away.
// want: round trip: (?s)then till B changed something else.*expected: every till to show "Ab" still, after a tap that changed something else.*came: +nothing
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
        this.before = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note === this.before && data.mt_number ? null : data.note;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        return json;
    },
});
