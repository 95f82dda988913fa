//: order.omni_voucher "alpha" "beta"
//: order.omni_promotion_ids [1,2] [3]
//: order.omni_credit 12.5 3
//: order.omni_shipping_note "alpha" "beta"
//: order.omni_parked true false
//: order.omni_seat_plan {"name":"Rex","age":3} {"name":"Tom"}
//: orderline.omni_garnish "alpha" "beta"
//: orderline.omni_user_line_id 7 8
//: orderline.omni_variants [{"id":1,"name":"a","amount":5,"paid":false,"value":"v","qty":1}] [{"id":2,"name":"b","amount":6,"paid":true,"value":"w","qty":2},{"id":3,"name":"c","amount":1,"paid":false,"value":"u","qty":1}]
//: orderline.omni_discount_extra 12.5 3
//: orderline.omni_is_return_line true false
//: orderline.omni_tag_list [[6,0,[1,2]]] [[6,0,[3]]]
odoo.define('pos_omni.all', function (require) {
    'use strict';
    const { Order, Orderline, Payment, PosGlobalState, Product } = require('point_of_sale.models');
    const Registries = require('point_of_sale.Registries');
    const AbstractAwaitablePopup = require('point_of_sale.AbstractAwaitablePopup');
    const ProductScreen = require('point_of_sale.ProductScreen');
    const { isConnectionError } = require('point_of_sale.utils');
    const { _lt } = require('@web/core/l10n/translation');
    const { useState, onMounted } = owl;

    class OmniPart0Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 10 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart0Popup.template = 'OmniPart0Popup';
    OmniPart0Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart0Popup);

    const OmniPart0Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart0Product);

    class OmniPart1Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 11 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart1Popup.template = 'OmniPart1Popup';
    OmniPart1Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart1Popup);

    const OmniPart1Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart1Product);

    class OmniPart2Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 12 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart2Popup.template = 'OmniPart2Popup';
    OmniPart2Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart2Popup);

    const OmniPart2Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart2Product);

    class OmniPart3Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 13 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart3Popup.template = 'OmniPart3Popup';
    OmniPart3Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart3Popup);

    const OmniPart3Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart3Product);

    class OmniPart4Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 14 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart4Popup.template = 'OmniPart4Popup';
    OmniPart4Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart4Popup);

    const OmniPart4Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart4Product);

    class OmniPart5Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 15 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart5Popup.template = 'OmniPart5Popup';
    OmniPart5Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart5Popup);

    const OmniPart5Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart5Product);

    class OmniPart6Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 16 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart6Popup.template = 'OmniPart6Popup';
    OmniPart6Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart6Popup);

    const OmniPart6Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart6Product);

    class OmniPart7Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 17 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart7Popup.template = 'OmniPart7Popup';
    OmniPart7Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart7Popup);

    const OmniPart7Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart7Product);

    class OmniPart8Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 18 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart8Popup.template = 'OmniPart8Popup';
    OmniPart8Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart8Popup);

    const OmniPart8Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart8Product);

    class OmniPart9Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 19 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart9Popup.template = 'OmniPart9Popup';
    OmniPart9Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart9Popup);

    const OmniPart9Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart9Product);

    class OmniPart10Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 20 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart10Popup.template = 'OmniPart10Popup';
    OmniPart10Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart10Popup);

    const OmniPart10Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart10Product);

    class OmniPart11Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 21 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart11Popup.template = 'OmniPart11Popup';
    OmniPart11Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart11Popup);

    const OmniPart11Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart11Product);

    class OmniPart12Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 22 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart12Popup.template = 'OmniPart12Popup';
    OmniPart12Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart12Popup);

    const OmniPart12Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart12Product);

    class OmniPart13Popup extends AbstractAwaitablePopup {
        setup() {
            super.setup();
            this.state = useState({ value: this.props.value || '', rows: [] });
            onMounted(() => this.load());
        }
        async load() {
            try {
                this.state.rows = await this.rpc({ model: 'omni.row', method: 'search_read', args: [[['active', '=', true]], ['name']], limit: 23 });
            } catch (error) {
                if (isConnectionError(error)) {
                    await this.showPopup('OfflineErrorPopup', { title: this.env._t('Offline'), body: `${error}` });
                } else {
                    throw error;
                }
            }
        }
        get visible() { return this.state.rows.filter(({ name }) => name.includes(this.state.value)); }
        getPayload() { return this.state.value; }
    }
    OmniPart13Popup.template = 'OmniPart13Popup';
    OmniPart13Popup.defaultProps = { confirmText: _lt('Ok'), cancelText: _lt('Cancel'), title: '', body: '' };
    Registries.Component.add(OmniPart13Popup);

    const OmniPart13Product = (ProductScreen) => class extends ProductScreen {
        async _onClickPay() {
            const order = this.env.pos.get_order();
            if (order.get_orderlines().some((l) => l.omni_block)) {
                const { confirmed } = await this.showPopup('ConfirmPopup', { title: this.env._t('Sure?') });
                if (!confirmed) return;
            }
            return super._onClickPay(...arguments);
        }
        _setValue(val) {
            if (this.currentOrder.parked) return;
            super._setValue(val);
        }
    };
    Registries.Component.extend(ProductScreen, OmniPart13Product);
    const OmniOrder = (Order) => class OmniOrder extends Order {
        constructor(obj, options) {
            super(...arguments);
            this.omni_voucher = this.omni_voucher || '';
            this.omni_promotion_ids = this.omni_promotion_ids || [];
            this.omni_credit = this.omni_credit || 0;
            this.omni_shipping_note = this.omni_shipping_note || '';
            this.omni_parked = this.omni_parked || false;
            this.omni_seat_plan = this.omni_seat_plan || {};
        }
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.omni_voucher = this.omni_voucher;
            json.omni_promotion_ids = this.omni_promotion_ids;
            json.omni_credit = this.omni_credit;
            json.omni_shipping_note = this.omni_shipping_note;
            json.omni_parked = this.omni_parked;
            json.omni_seat_plan = this.omni_seat_plan;
            return json;
        }
        init_from_JSON(json) {
            super.init_from_JSON(...arguments);
            this.omni_voucher = json.omni_voucher;
            this.omni_promotion_ids = json.omni_promotion_ids;
            this.omni_credit = json.omni_credit;
            this.omni_shipping_note = json.omni_shipping_note;
            this.omni_parked = json.omni_parked;
            this.omni_seat_plan = json.omni_seat_plan;
        }
        export_for_printing() {
            const result = super.export_for_printing(...arguments);
            result.extra = Object.entries(this).filter(([k]) => k.startsWith('omni')).map(([, v]) => v);
            return result;
        }
        get_total_omni() {
            return this.pos ? (this.orderlines || []).reduce((s, l) => s + l.get_quantity(), 0) : 0;
        }
    };
    Registries.Model.extend(Order, OmniOrder);

    const OmniOrderline = (Orderline) => class OmniOrderline extends Orderline {
        constructor(obj, options) {
            super(...arguments);
            this.omni_garnish = this.omni_garnish || '';
            this.omni_user_line_id = this.omni_user_line_id || null;
            this.omni_variants = this.omni_variants || [];
            this.omni_discount_extra = this.omni_discount_extra || 0;
            this.omni_is_return_line = this.omni_is_return_line || false;
            this.omni_tag_list = this.omni_tag_list || [[6, 0, []]];
        }
        export_as_JSON() {
            const json = super.export_as_JSON(...arguments);
            json.omni_garnish = this.omni_garnish;
            json.omni_user_line_id = this.omni_user_line_id;
            json.omni_variants = this.omni_variants;
            json.omni_discount_extra = this.omni_discount_extra;
            json.omni_is_return_line = this.omni_is_return_line;
            json.omni_tag_list = this.omni_tag_list;
            return json;
        }
        init_from_JSON(json) {
            super.init_from_JSON(...arguments);
            this.omni_garnish = json.omni_garnish;
            this.omni_user_line_id = json.omni_user_line_id;
            this.omni_variants = json.omni_variants;
            this.omni_discount_extra = json.omni_discount_extra;
            this.omni_is_return_line = json.omni_is_return_line;
            this.omni_tag_list = json.omni_tag_list;
        }
        export_for_printing() {
            const result = super.export_for_printing(...arguments);
            result.extra = Object.entries(this).filter(([k]) => k.startsWith('omni')).map(([, v]) => v);
            return result;
        }
        get_total_omni() {
            return this.pos ? (this.orderlines || []).reduce((s, l) => s + l.get_quantity(), 0) : 0;
        }
    };
    Registries.Model.extend(Orderline, OmniOrderline);

    const OmniState = (PosGlobalState) => class extends PosGlobalState {
        async _processData(loadedData) {
            await super._processData(...arguments);
            this.omni_rows = loadedData['omni.row'];
        }
        async push_single_order(order, opts) {
            const result = await super.push_single_order(order, opts);
            if (order.omni_voucher) await this.env.services.rpc({ model: 'omni.row', method: 'use', args: [order.omni_voucher] });
            return result;
        }
    };
    Registries.Model.extend(PosGlobalState, OmniState);
});
