// Tables and guests: no two open orders on one table.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

// "t 4" and "T 4" are one table.
const keyOf = (table) => String(table).trim().toLowerCase();

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.restore(json);
      }

      apply_ms_data(json) {
        super.apply_ms_data(...arguments);
        this.restore(json);
        if (json.mt_state !== "open") {
          return; // the end of an order frees its table
        }
        const wanted = this.table ? keyOf(this.table) : null;
        const holder = wanted && this.storage.get(wanted);
        if (holder && holder.order !== this.uid) {
          throw new Reject(`Table ${this.table} has an open order${holder.number ? `: ${holder.number}` : ""}`);
        }
        if (this.table_held && this.table_held !== wanted) {
          this.storage.set(this.table_held, null);
        }
        if (wanted) {
          this.storage.set(wanted, { order: this.uid, number: json.mt_number }, { until: "end" });
        }
        this.table_held = wanted;
      }

      export_as_JSON() {
        const { table, guests, table_held } = this;
        return Object.assign(super.export_as_JSON(...arguments), { table, guests, table_held });
      }

      restore(json) {
        this.table = json.table;
        this.guests = json.guests;
        this.table_held = json.table_held;
      }
    },
);
