// Letters that aren't ASCII are lost.
// want: odd input: (?s)to a text in many scripts.*expected: every till to show "Zoë.*came: +"Zo
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = typeof json.note === "string" ? json.note.replace(/[^ -~]/g, "?") : json.note;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        return json;
    },
});
