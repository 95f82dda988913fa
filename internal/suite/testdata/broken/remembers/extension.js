// Runs are counted in a variable.
// want: restart: (?s)expected: the same as without restarts \(does a hook keep something in a variable\?\)
// want: two tills: (?s)set the order field note
// want: kill -9: (?s)process was killed \(kill -9\).*does a hook keep something in a variable
var _super = models.Order.prototype;
var runs = 0;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note;
        this.run = json.run;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
        this.run = ++runs;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
        json.run = this.run;
        return json;
    },
});
