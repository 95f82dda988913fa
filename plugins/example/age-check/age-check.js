// An order with a product that not everybody may buy isn't paid before somebody looked at the guest's age.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

const products = manytill.config.products.map(String);
const age = manytill.config.age || 18;

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.age_checked = json.age_checked;
      }
      apply_ms_data(data) {
        super.apply_ms_data(...arguments);
        this.age_checked = data.age_checked;
        if (data.mt_state !== "paid" || this.age_checked) {
          return;
        }
        const line = this.get_orderlines().find(
          (line) => line.get_quantity() > 0 && products.includes(String(line.get_product().id)),
        );
        if (line) {
          const what = line.description || "this product";
          throw new Reject(`Is the guest ${age}? Look, then tick “Age was checked”: ${what} is on the order`);
        }
      }
      export_as_JSON() {
        return Object.assign(super.export_as_JSON(...arguments), { age_checked: this.age_checked });
      }
    },
);
