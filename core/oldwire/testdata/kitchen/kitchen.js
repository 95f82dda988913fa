// Remarks are written in capitals, notes without blanks around; points are computed.
// What is poison isn't sold, and what is locked isn't thrown away.
const { Order, Orderline } = require("point_of_sale.models");
const { patch } = require("@web/core/utils/patch");

patch(Order.prototype, {
  init_from_JSON(json) {
    super.init_from_JSON(...arguments);
    this.remark = json.remark;
  },
  apply_ms_data(data) {
    super.apply_ms_data(...arguments);
    if (data.mt_state === "cancelled" && data.remark === "LOCKED") {
      throw new Reject("a locked order isn't thrown away");
    }
    if (data.remark === "poison") {
      throw new Reject("no remark says poison");
    }
    this.remark = data.remark && data.remark.toUpperCase();
  },
  export_as_JSON() {
    return Object.assign(super.export_as_JSON(...arguments), { remark: this.remark });
  },
});

patch(Orderline.prototype, {
  init_from_JSON(json) {
    super.init_from_JSON(...arguments);
    this.note = json.note && json.note.trim();
    this.points = 10 * json.qty;
  },
  apply_ms_data(data) {
    super.apply_ms_data(...arguments);
    if (data.note === "poison") {
      throw new Reject("poison isn't sold");
    }
    this.note = data.note && data.note.trim();
    this.points = 10 * data.qty;
  },
  export_as_JSON() {
    return Object.assign(super.export_as_JSON(...arguments), { note: this.note, points: this.points });
  },
});
