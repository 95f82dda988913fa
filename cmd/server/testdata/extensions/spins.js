var Orderline = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) { this.spin = json.spin; Orderline.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        while (this.spin === "on");
        return Object.assign(Orderline.export_as_JSON.call(this), {spin: this.spin});
    },
});
