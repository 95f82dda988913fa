// A library that isn't there: called as it is required, kept, constructed and extended.
var dayjs = require("dayjs"), Base = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        Base.init_from_JSON.apply(this, arguments);
        this.memo4 = json.memo4;
        this.opened = require("dayjs")(json.creation_date).add(1, "hour");
        this.made = new dayjs("2026-01-01");
    },
    export_as_JSON: function () {
        class Own extends dayjs { two() { return 2; } }
        var out = Base.export_as_JSON.apply(this, arguments);
        out.memo4 = this.memo4;
        out.shown = require("dayjs")().format("HH:mm");
        out.steps = [typeof dayjs, typeof dayjs(), typeof this.opened.format, this.made instanceof dayjs, new Own().two()].join(" ");
        return out;
    },
});
