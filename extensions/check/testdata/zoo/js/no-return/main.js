var _super = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.note = json.note; // want: not-exported
    },
    export_as_JSON: function () { // want: no-return
        var json = _super.export_as_JSON.apply(this, arguments);
        json.note = this.note;
    },
});
