// Some notes are looked at for ever.
// want: deadline: (?s)then till A set the order field note to "Ab".*expected: the hooks to end within 300ms.*came: +they ran on
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
        while (this.note === "Ab") {}
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        return json;
    },
});
