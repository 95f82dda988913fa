/** @odoo-module **/
// Coupons keyed by id, points changes, lines that are rewards; Odoo 16.
//: order.couponPointChanges {"5":{"coupon_id":5,"points":10}} {"5":{"coupon_id":5,"points":11},"-1":{"coupon_id":-1,"points":1}}
//: order.disabledRewards [3,4] [4]
//: order.codeActivatedCoupons [{"id":5,"code":"X"}] []
//: orderline.is_reward_line true false
//: orderline.reward_code "77" "78"
//: orderline.reward_points_cost 50 60
import { Order, Orderline, PosGlobalState } from 'point_of_sale.models';
import Registries from 'point_of_sale.Registries';
import concurrency from 'web.concurrency';
import { Gui } from 'point_of_sale.Gui';
import { round_decimals, round_precision } from 'web.utils';
import core from 'web.core';
const _t = core._t;
const dropPrevious = new concurrency.MutexedDropPrevious();
const mutex = new concurrency.Mutex();
const COUPON_CACHE_MAX_SIZE = 4096;
let nextId = -1;

export class PosLoyaltyCard {
    constructor(code, id, program_id, partner_id, balance) {
        this.code = code;
        this.id = id || nextId--;
        this.program_id = program_id;
        this.partner_id = partner_id;
        this.balance = balance;
    }
}
const PosLoyaltyGlobalState = (PosGlobalState) => class PosLoyaltyGlobalState extends PosGlobalState {
    constructor(obj) {
        super(obj);
        this.couponCache = {};
        this.partnerId2CouponIds = {};
    }
    async load_server_data() {
        await super.load_server_data(...arguments);
        this.selectedOrder._updateRewards();
    }
};
Registries.Model.extend(PosGlobalState, PosLoyaltyGlobalState);

const PosLoyaltyOrderline = (Orderline) => class PosLoyaltyOrderline extends Orderline {
    export_as_JSON() {
        const result = super.export_as_JSON(...arguments);
        if (this.is_reward_line !== undefined) {
            result.is_reward_line = this.is_reward_line;
            result.reward_code = this.reward_code;
            result.reward_points_cost = this.points_cost;
        }
        return result;
    }
    init_from_JSON(json) {
        this.is_reward_line = json.is_reward_line;
        this.reward_code = json.reward_code;
        this.points_cost = json.reward_points_cost;
        super.init_from_JSON(...arguments);
    }
    set_quantity(quantity, keep_price) {
        if (quantity === 'remove' && this.is_reward_line) {
            this.order.disabledRewards.add(this.reward_id);
        }
        return super.set_quantity(...arguments);
    }
};
Registries.Model.extend(Orderline, PosLoyaltyOrderline);

const PosLoyaltyOrder = (Order) => class PosLoyaltyOrder extends Order {
    constructor() {
        super(...arguments);
        this._initializePrograms({});
    }
    _initializePrograms() {
        if (!this.couponPointChanges) { this.couponPointChanges = {}; }
        if (!this.disabledRewards) { this.disabledRewards = new Set(); }
        if (!this.codeActivatedCoupons) { this.codeActivatedCoupons = []; }
    }
    export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        json.disabledRewards = [...this.disabledRewards];
        json.codeActivatedCoupons = this.codeActivatedCoupons;
        json.couponPointChanges = this.couponPointChanges;
        return json;
    }
    init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.couponPointChanges = json.couponPointChanges;
        this.partner = this.pos.db.get_partner_by_id(json.partner_id);
        this.codeActivatedCoupons = json.codeActivatedCoupons;
        for (const coupon of Object.values(this.couponPointChanges || {})) {
            if (coupon.coupon_id < nextId) { nextId = coupon.coupon_id - 1; }
        }
        this.disabledRewards = new Set(json.disabledRewards);
    }
    _getRegularOrderlines() { return this.get_orderlines().filter((l) => !l.is_reward_line); }
    get_last_orderline() { return this.orderlines.filter((l) => !l.is_reward_line).at(-1); }
};
Registries.Model.extend(Order, PosLoyaltyOrder);
