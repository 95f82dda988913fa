var _super = models.Paymentline.prototype;
models.Paymentline = models.Paymentline.extend({
    init_from_JSON: function (json) {
        _super.init_from_JSON.apply(this, arguments);
        this.card = json.card;
    },
    export_as_JSON: function () {
        var json = _super.export_as_JSON.apply(this, arguments);
        json.card = this.card; // want: payment-field
        return json;
    },
});

var _order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        _order.init_from_JSON.apply(this, arguments);
        this.note = json.note;
    },
    apply_ms_data: function (data) {
        this.note = data.note;
    },
    export_as_JSON: function () {
        var data = _order.export_as_JSON.apply(this, arguments);
        data.note = this.note;
        return data;
    },
});
