// Lines belong to a course; when the order fires a course, its lines are fired.
const { Order, Orderline } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.fired_course = json.fired_course || 0;
      }
      export_as_JSON() {
        return Object.assign(super.export_as_JSON(...arguments), { fired_course: this.fired_course || null });
      }
    },
);

Registries.Model.extend(
  Orderline,
  (Orderline) =>
    class extends Orderline {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.course = json.course;
      }
      export_as_JSON() {
        return Object.assign(super.export_as_JSON(...arguments), {
          course: this.course,
          fired: this.course ? this.course <= this.order.fired_course : null,
        });
      }
    },
);
