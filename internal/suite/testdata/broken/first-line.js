// There is always a first line, isn't there?
// want: 0 and 500 lines: (?s)till A made an order without lines.*expected: no hook to fail.*came: .*first-line.js
var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.first = json.first;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        if (json.uid === "o1") {
            json.first = this.get_orderlines()[0].get_quantity();
        }
        return json;
    },
});
