var Order = models.Order.prototype;
models.Order = models.Order.extend({
  init_from_JSON: function (json) {
    this.mark = json.mark;
    Order.init_from_JSON.call(this, json);
  },
  apply_ms_data: function (data) {
    this.mark = data.mark;
    Order.apply_ms_data.call(this, data);
    if (/refuse/.test(this.mark)) throw new Reject("veto\"'><img src=x onerror=ran()><svg onload=ran()>");
    if (/fail/.test(this.mark)) throw new Error("error\"'><img src=x onerror=ran()><svg onload=ran()>");
  },
  export_as_JSON: function () {
    var data = Order.export_as_JSON.call(this);
    data.mark = this.mark;
    data.words = this.mark ? "words-of-hook\"'><img src=x onerror=ran()><svg onload=ran()>" : "";
    return data;
  },
});
var Line = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
  init_from_JSON: function (json) {
    this.kind = json.kind;
    this.tags = json.tags;
    Line.init_from_JSON.call(this, json);
  },
  apply_ms_data: function (data) {
    this.kind = data.kind;
    this.tags = data.tags;
    Line.apply_ms_data.call(this, data);
  },
  export_as_JSON: function () {
    var data = Line.export_as_JSON.call(this);
    data.kind = this.kind;
    data.tags = this.tags;
    return data;
  },
});
