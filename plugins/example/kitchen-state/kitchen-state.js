// Each line has its state in the kitchen; the order sums them up, like "2 of 5 ready".
const { Order, Orderline } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

function summary(states) {
  const many = (state) => states.filter((s) => s === state).length;
  const served = many("served");
  if (served === states.length) {
    return served ? "all served" : null;
  }
  const ready = `${many("ready") + served} of ${states.length} ready`;
  return served ? `${ready}, ${served} served` : ready;
}

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      export_as_JSON() {
        const states = this.get_orderlines().map((line) => line.kitchen);
        return Object.assign(super.export_as_JSON(...arguments), {
          kitchen_summary: summary(states.filter((state) => state)), // a line without one isn't the kitchen's
        });
      }
    },
);

// The order above sees what its lines restore.
Registries.Model.extend(
  Orderline,
  (Orderline) =>
    class extends Orderline {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.kitchen = json.kitchen;
      }
      export_as_JSON() {
        return Object.assign(super.export_as_JSON(...arguments), { kitchen: this.kitchen });
      }
    },
);
