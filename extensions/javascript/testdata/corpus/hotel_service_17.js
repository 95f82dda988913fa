//: order.room 7 8
//: order.guest_name "alpha" "beta"
/** @odoo-module */
import { PosStore } from "@point_of_sale/app/store/pos_store";
import { Order } from "@point_of_sale/app/store/models";
import { patch } from "@web/core/utils/patch";
import { registry } from "@web/core/registry";
import { browser } from "@web/core/browser/browser";
import { Mutex } from "@web/core/utils/concurrency";
import { debounce } from "@web/core/utils/timing";
const mutex = new Mutex();
export const guestService = {
    dependencies: ["orm", "bus_service", "pos"],
    async start(env, { orm, bus_service, pos }) {
        bus_service.addChannel("guests");
        bus_service.subscribe("GUEST", (p) => pos.guestChanged(p));
        return { load: debounce(() => mutex.exec(() => orm.call("hotel.guest", "search_read", [[]])), 200) };
    },
};
registry.category("services").add("guest", guestService);
patch(PosStore, { serviceDependencies: [...PosStore.serviceDependencies, "guest"] });
patch(PosStore.prototype, {
    async setup(env, { guest }) {
        await super.setup(...arguments);
        this.guest = guest;
        browser.setTimeout(() => this.guest.load(), 100);
    },
    guestChanged({ order, room }) { this.orders.find((o) => o.uid === order)?.setRoom(room); },
    async addLineToCurrentOrder(vals, opt = {}, configure = true) {
        if (vals.product_id?.is_room) return null;
        return super.addLineToCurrentOrder(vals, opt, configure);
    },
});
patch(Order.prototype, {
    setRoom(r) { this.room = r; this.pos.env.services.bus_service?.trigger?.("room", r); },
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        Object.assign(json, { room: this.room || false, guest_name: this.guest?.name || this.guest_name || "" });
        return json;
    },
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.room = json.room;
        this.guest_name = json.guest_name;
    },
});
