// Exports what a record says of its order, and whether listing its keys shows any of that.
var names = ["mt_state", "mt_number", "mt_run", "mt_payments", "mt_tapped_at", "mt_mutation"];

var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
    init_from_JSON: function (json) {
        this.said = names.map(function (name) { return json[name]; });
        this.ended = json.mt_state !== "open";
        this.course = json.course;
        return _super_order.init_from_JSON.call(this, json);
    },
    export_as_JSON: function () {
        var data = _super_order.export_as_JSON.apply(this, arguments);
        data.said = this.said;
        data.course = this.course;
        data.of_lines = this.get_orderlines().map(function (line) { return line.state; });
        return data;
    },
});

var _super_line = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
    init_from_JSON: function (json) {
        this.state = json.mt_state;
        this.look = json.look;
        this.json = json;
        return _super_line.init_from_JSON.call(this, json);
    },
    export_as_JSON: function () {
        var data = _super_line.export_as_JSON.apply(this, arguments);
        var json = this.json;
        data.look = this.look;
        if (this.look === "names") {
            data.found = names.map(function (name) { return json[name]; });
        } else if (this.look === "in") {
            data.found = names.map(function (name) { return name in json; });
        } else if (this.look === "list") {
            var listed = Object.keys(json).concat(_.keys(_.extend({}, json)), Object.keys({ ...json }), Object.keys(JSON.parse(JSON.stringify(json))));
            for (var name in json) { listed.push(name); }
            data.found = listed.filter(function (name) { return name.indexOf("mt_") === 0; });
        } else if (this.look === "order") {
            data.found = [this.order.ended, this.order.course];
        } else if (this.look === "lines") {
            data.found = this.order.get_orderlines().length;
        }
        return data;
    },
});
