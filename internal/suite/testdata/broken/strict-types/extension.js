// What isn't of this version's type is thrown away.
// want: upgrade: (?s)another version stored "5" as order field weight.*expected: it to stay, or to become a value of this version.*came: +nothing
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.weight = typeof json.weight === "number" ? json.weight : null;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.weight = this.weight;
        return json;
    },
});
