// What is in data is added to what is there.
// want: apply twice = once: (?s)hooks ran again over what they had made.*expected: the same again.*count of order o1 to be 1.*came: +2
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.count = json.count || 0;
    },
    apply_ms_data: function (data) { this.count += data.count || 1; },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.count = this.count;
        return json;
    },
});
