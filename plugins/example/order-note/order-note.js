// A note on the order and a note on each line, for all tills.
//
// This is the whole extension: no manifest, no import, no dependency.

var _super_order = models.Order.prototype;
models.Order = models.Order.extend({
  apply_ms_data: function (data) {
    // Whoever is loaded first has no super method.
    if (_super_order.apply_ms_data) {
      _super_order.apply_ms_data.apply(this, arguments);
    }
    this.order_note = data.order_note;
    this.trigger("change", this);
  },
  export_as_JSON: function () {
    var data = _super_order.export_as_JSON.apply(this, arguments);
    data.order_note = this.order_note;
    return data;
  },
  init_from_JSON: function (json) {
    this.order_note = json.order_note;
    return _super_order.init_from_JSON.call(this, json);
  },
  // For the screen: what a text box calls.
  set_order_note: function (text) {
    this.order_note = text || null;
    this.trigger("new_updates_to_send");
  },
});

var _super_orderline = models.Orderline.prototype;
models.Orderline = models.Orderline.extend({
  apply_ms_data: function (data) {
    if (_super_orderline.apply_ms_data) {
      _super_orderline.apply_ms_data.apply(this, arguments);
    }
    this.line_note = data.line_note;
    this.trigger("change", this);
  },
  export_as_JSON: function () {
    var data = _super_orderline.export_as_JSON.apply(this, arguments);
    data.line_note = this.line_note;
    return data;
  },
  init_from_JSON: function (json) {
    this.line_note = json.line_note;
    return _super_orderline.init_from_JSON.call(this, json);
  },
  set_line_note: function (text) {
    this.line_note = text || null;
    this.order.trigger("new_updates_to_send");
  },
});
