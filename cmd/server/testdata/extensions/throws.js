var Order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.act = json.act; Order.init_from_JSON.call(this, json); },
    apply_ms_data: function (data) {
        this.act = data.act;
        if (this.act === "throw") throw new Error("no card for " + manytill.config.key);
        if (this.act === "veto") throw new Reject("closed on Mondays");
    },
    export_as_JSON: function () {
        var data = Order.export_as_JSON.call(this);
        data.act = this.act;
        data.sum = this.act === "nan" ? 0 / 0 : 1;
        return data;
    },
});
