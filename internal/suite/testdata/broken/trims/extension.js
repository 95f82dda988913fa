// Whatever comes is taken for a text.
// want: odd input: (?s)set the order field note to a number.*expected: no hook to fail.*came: .*trims/extension.js:\d+:\d+
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note === undefined ? undefined : json.note.trim();
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        return json;
    },
});
