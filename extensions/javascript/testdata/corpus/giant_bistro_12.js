//: order.bis_voucher "alpha" "beta"
//: order.bis_promotion_ids [1,2] [3]
//: order.bis_credit 12.5 3
//: order.bis_shipping_note "alpha" "beta"
//: order.bis_parked 1 2
//: order.bis_seat_plan {"name":"Rex","age":3} {"name":"Tom"}
//: orderline.bis_garnish "alpha" "beta"
//: orderline.bis_user_line_id 7 8
//: orderline.bis_variants [{"id":1,"name":"a","amount":5,"paid":false,"value":"v","qty":1}] [{"id":2,"name":"b","amount":6,"paid":true,"value":"w","qty":2},{"id":3,"name":"c","amount":1,"paid":false,"value":"u","qty":1}]
//: orderline.bis_discount_extra 12.5 3
//: orderline.bis_is_return_line 1 2
//: orderline.bis_tag_list [[6,0,[1,2]]] [[6,0,[3]]]
//: order.bis_row_id one-way "x" "y"
//: order.bis_location_id one-way "x" "y"
odoo.define('bistro_suite.all', function (require) {
    "use strict";
    var core = require('web.core');
    var models = require('point_of_sale.models');
    var screens = require('point_of_sale.screens');
    var gui = require('point_of_sale.gui');
    var chrome = require('point_of_sale.chrome');
    var PopupWidget = require('point_of_sale.popups');
    var PosDB = require('point_of_sale.DB');
    var PosBaseWidget = require('point_of_sale.BaseWidget');
    var rpc = require('web.rpc');
    var utils = require('web.utils');
    var time = require('web.time');
    var bus = require('bus.BusService') || require('bus.bus');
    var field_utils = require('web.field_utils');
    var Session = require('web.Session');
    var framework = require('web.framework');
    var QWeb = core.qweb, _t = core._t, _lt = core._lt;
    var round_pr = utils.round_precision, round_di = utils.round_decimals;
    var indexed_db = window.indexedDB || window.mozIndexedDB || window.webkitIndexedDB;
    if (!indexed_db) { window.alert('no indexed db'); }

    models.load_fields('product.product', ['bis_a', 'bis_b', 'standard_price', 'qty_available']);
    models.load_fields('res.partner', ['bis_points', 'property_product_pricelist']);
    models.load_models([
        {label: 'bis rows', model: 'bis.row', fields: [], domain: function (self) { return [['config_ids', 'in', self.config.id]]; },
          condition: function (self) { return self.config.bis; },
          loaded: function (self, rows) { self.bis_rows = rows; self.bis_by_id = _.object(_.pluck(rows, 'id'), rows); }},
        {label: 'bis dom', loaded: function (self) {
            var done = new $.Deferred();
            rpc.query({model: 'bis.row', method: 'boot', args: [self.config.id]}).then(function (r) { self.bis_boot = r; done.resolve(); }, function () { done.resolve(); });
            return done;
        }},
    ], {after: 'pos.category'});

    PosDB.include({
        init: function (options) { this._super(options); this.bis_search = ''; this.bis_cache = {}; },
        add_partners: function (partners) { var n = this._super(partners); for (var i = 0; i < partners.length; i++) { this.bis_cache[partners[i].id] = partners[i]; } return n; },
    });

    var _super_PosModel = models.PosModel.prototype;
    models.PosModel = models.PosModel.extend({
        initialize: function (session, attributes) {
            var self = this;
            this.bis_busy = false;
            var wanted = _.filter(this.models, function (m) { return m.model === 'product.product'; })[0];
            if (wanted && wanted.fields.indexOf('name') < 0) { wanted.fields.push('name'); }
            _super_PosModel.initialize.apply(this, arguments);
            this.bind('change:selectedOrder', function () { self.bis_busy = false; });
            this.ready.then(function () { self.bis_poll(); });
        },
        bis_poll: function () {
            var self = this;
            setTimeout(function () {
                rpc.query({model: 'bus.bus', method: 'poll'}).done(function (n) { _.each(n, self.bis_handle.bind(self)); }).fail(function (e, ev) { ev.preventDefault(); }).always(function () { self.bis_poll(); });
            }, 5000);
        },
        bis_handle: function (n) { try { var m = JSON.parse(n); this.trigger('bis:' + m.type, m); } catch (e) { console.warn(e); } },
        get_bis_row: function (id) { return this.bis_by_id[id]; },
        _save_to_server: function (orders, options) { return _super_PosModel._save_to_server.apply(this, arguments); },
    });

    var _super_Order = models.Order.prototype;
    models.Order = models.Order.extend({
        initialize: function (attributes, options) {
            var self = this;
            _super_Order.initialize.apply(this, arguments);
            if (!this.created_time) { this.created_time = new Date().toLocaleTimeString(); }
            if (this.pos.config.bis_journal_id) { this.set_to_invoice(true); }
            this.orderlines.bind('change add remove', function (line) { self.bis_dirty = true; if (self.pos.the_first_load === false) { self.trigger('change', self); } });
            this.bind('add remove change', function () { this.bis_dirty = true; }, this);
        },
        compute_part_0: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 1 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_1: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 2 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_2: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 3 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_3: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 4 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_4: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 5 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_5: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 6 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_6: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 7 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        compute_part_7: function (line, rules) {
            var total = 0, self = this;
            _.each(_.sortBy(rules || [], 'sequence'), function (rule) {
                if (rule.min_qty && line.get_quantity() < rule.min_qty) { return; }
                switch (rule.type) {
                    case 'percent': total += line.get_unit_price() * rule.value / 100; break;
                    case 'fixed': total += rule.value; break;
                    default: total += round_pr(self.get_total_with_tax() * 8 / 100, self.pos.currency.rounding);
                }
            });
            return total;
        },
        set_bis_voucher: function (v) { this.bis_voucher = v; this.trigger('change', this); },
        set_bis_promotion_ids: function (v) { this.bis_promotion_ids = v; this.trigger('change', this); },
        set_bis_credit: function (v) { this.bis_credit = v; this.trigger('change', this); },
        set_bis_shipping_note: function (v) { this.bis_shipping_note = v; this.trigger('change', this); },
        set_bis_parked: function (v) { this.bis_parked = v; this.trigger('change', this); },
        set_bis_seat_plan: function (v) { this.bis_seat_plan = v; this.trigger('change', this); },
        init_from_JSON: function (json) {
            var res = _super_Order.init_from_JSON.apply(this, arguments);
            if (json.bis_voucher) {
                this.bis_voucher = json.bis_voucher;
            }
            if (json.bis_promotion_ids) {
                this.bis_promotion_ids = json.bis_promotion_ids;
            }
            if (json.bis_credit) {
                this.bis_credit = json.bis_credit;
            }
            if (json.bis_shipping_note) {
                this.bis_shipping_note = json.bis_shipping_note;
            }
            if (json.bis_parked) {
                this.bis_parked = json.bis_parked;
            }
            if (json.bis_seat_plan) {
                this.bis_seat_plan = json.bis_seat_plan;
            }
            if (json.bis_partner) {
                var partner = this.pos.db.get_partner_by_id(json.bis_partner);
                if (partner) { this.set_client(partner); }
            }
            return res;
        },
        export_as_JSON: function () {
            var json = _super_Order.export_as_JSON.apply(this, arguments);
            if (this.bis_voucher) {
                json.bis_voucher = this.bis_voucher;
            }
            if (this.bis_promotion_ids) {
                json.bis_promotion_ids = this.bis_promotion_ids;
            }
            if (this.bis_credit) {
                json.bis_credit = this.bis_credit;
            }
            if (this.bis_shipping_note) {
                json.bis_shipping_note = this.bis_shipping_note;
            }
            if (this.bis_parked) {
                json.bis_parked = this.bis_parked;
            }
            if (this.bis_seat_plan) {
                json.bis_seat_plan = this.bis_seat_plan;
            }
            if (this.pos.config.bis_location) { json.bis_location_id = this.pos.config.bis_location[0]; }
            if (this.bis_row && this.bis_row.id) { json.bis_row_id = this.bis_row.id; }
            return json;
        },
        export_for_printing: function () {
            var receipt = _super_Order.export_for_printing.call(this);
            receipt.bis = {
                rows: _.map(receipt.orderlines, function (l) { return l.product_name + ' ' + field_utils.format.float(l.quantity, {digits: [69, 2]}); }),
                date: moment().format('L LT'),
            };
            return receipt;
        },
    });

    var _super_Orderline = models.Orderline.prototype;
    models.Orderline = models.Orderline.extend({
        initialize: function (attributes, options) {
            _super_Orderline.initialize.apply(this, arguments);
            if (!options.json) { this.bis_user_line_id = this.pos.user && this.pos.user.id; }
        },
        init_from_JSON: function (json) {
            if (json.bis_variants) { this.bis_variants = json.bis_variants; }
            var res = _super_Orderline.init_from_JSON.apply(this, arguments);
            if (json.bis_garnish) { this.bis_garnish = json.bis_garnish; }
            if (json.bis_user_line_id) { this.bis_user_line_id = json.bis_user_line_id; }
            if (json.bis_discount_extra) { this.bis_discount_extra = json.bis_discount_extra; }
            if (json.bis_is_return_line) { this.bis_is_return_line = json.bis_is_return_line; }
            if (json.bis_tag_list) { this.bis_tag_list = json.bis_tag_list; }
            return res;
        },
        export_as_JSON: function () {
            var json = _super_Orderline.export_as_JSON.apply(this, arguments);
            if (this.bis_garnish) { json.bis_garnish = this.bis_garnish; }
            if (this.bis_user_line_id) { json.bis_user_line_id = this.bis_user_line_id; }
            if (this.bis_variants) { json.bis_variants = this.bis_variants; }
            if (this.bis_discount_extra) { json.bis_discount_extra = this.bis_discount_extra; }
            if (this.bis_is_return_line) { json.bis_is_return_line = this.bis_is_return_line; }
            if (this.bis_tag_list) { json.bis_tag_list = this.bis_tag_list; }
            return json;
        },
        export_for_printing: function () {
            var d = _super_Orderline.export_for_printing.apply(this, arguments);
            d.bis_garnish = this.bis_garnish || '';
            return d;
        },
        can_be_merged_with: function (o) {
            var merge = _super_Orderline.can_be_merged_with.apply(this, arguments);
            return merge && !this.bis_garnish && !o.bis_garnish;
        },
    });

    var BisPart0Screen = screens.ScreenWidget.extend({
        template: 'BisPart0Screen',
        previous_screen: 'products',
        init: function (parent, options) {
            this._super(parent, options);
            this.cache = new screens.DomCache();
            this.search_handler = _.debounce(this.search.bind(this), 70);
        },
        show: function () {
            var self = this;
            this._super();
            this.renderElement();
            this.$('.back').click(function () { self.gui.back(); });
            this.$('.searchbox input').on('keyup', function (event) { self.search_handler(this.value, event.which === 13); });
            if (this.pos.config.iface_vkeyboard && this.chrome.widget.keyboard) {
                this.chrome.widget.keyboard.connect(this.$('.searchbox input'));
            }
            this.render_rows(this.pos.bis_rows || []);
        },
        search: function (query, associate) {
            var rows = query ? _.filter(this.pos.bis_rows, function (r) { return (r.name || '').toLowerCase().indexOf(query) > -1; }) : this.pos.bis_rows;
            if (associate && rows.length === 1) { this.pick(rows[0]); }
            this.render_rows(rows);
        },
        render_rows: function (rows) {
            var contents = this.$el[0].querySelector('.rows');
            contents.innerHTML = '';
            for (var i = 0, len = Math.min(rows.length, 1000); i < len; i++) {
                var node = this.cache.get_node(rows[i].id);
                if (!node) {
                    var html = QWeb.render('BisPart0Row', {widget: this, row: rows[i]});
                    node = document.createElement('tbody');
                    node.innerHTML = html;
                    node = node.childNodes[1];
                    this.cache.cache_node(rows[i].id, node);
                }
                contents.appendChild(node);
            }
        },
        pick: function (row) {
            var order = this.pos.get_order();
            order.bis_row = row;
            order.trigger('change', order);
            this.gui.show_screen('products');
        },
    });
    gui.define_screen({name: 'bis_0', widget: BisPart0Screen});

    var BisPart1Screen = screens.ScreenWidget.extend({
        template: 'BisPart1Screen',
        previous_screen: 'products',
        init: function (parent, options) {
            this._super(parent, options);
            this.cache = new screens.DomCache();
            this.search_handler = _.debounce(this.search.bind(this), 71);
        },
        show: function () {
            var self = this;
            this._super();
            this.renderElement();
            this.$('.back').click(function () { self.gui.back(); });
            this.$('.searchbox input').on('keyup', function (event) { self.search_handler(this.value, event.which === 13); });
            if (this.pos.config.iface_vkeyboard && this.chrome.widget.keyboard) {
                this.chrome.widget.keyboard.connect(this.$('.searchbox input'));
            }
            this.render_rows(this.pos.bis_rows || []);
        },
        search: function (query, associate) {
            var rows = query ? _.filter(this.pos.bis_rows, function (r) { return (r.name || '').toLowerCase().indexOf(query) > -1; }) : this.pos.bis_rows;
            if (associate && rows.length === 1) { this.pick(rows[0]); }
            this.render_rows(rows);
        },
        render_rows: function (rows) {
            var contents = this.$el[0].querySelector('.rows');
            contents.innerHTML = '';
            for (var i = 0, len = Math.min(rows.length, 1000); i < len; i++) {
                var node = this.cache.get_node(rows[i].id);
                if (!node) {
                    var html = QWeb.render('BisPart1Row', {widget: this, row: rows[i]});
                    node = document.createElement('tbody');
                    node.innerHTML = html;
                    node = node.childNodes[1];
                    this.cache.cache_node(rows[i].id, node);
                }
                contents.appendChild(node);
            }
        },
        pick: function (row) {
            var order = this.pos.get_order();
            order.bis_row = row;
            order.trigger('change', order);
            this.gui.show_screen('products');
        },
    });
    gui.define_screen({name: 'bis_1', widget: BisPart1Screen});

    var BisPart2Screen = screens.ScreenWidget.extend({
        template: 'BisPart2Screen',
        previous_screen: 'products',
        init: function (parent, options) {
            this._super(parent, options);
            this.cache = new screens.DomCache();
            this.search_handler = _.debounce(this.search.bind(this), 72);
        },
        show: function () {
            var self = this;
            this._super();
            this.renderElement();
            this.$('.back').click(function () { self.gui.back(); });
            this.$('.searchbox input').on('keyup', function (event) { self.search_handler(this.value, event.which === 13); });
            if (this.pos.config.iface_vkeyboard && this.chrome.widget.keyboard) {
                this.chrome.widget.keyboard.connect(this.$('.searchbox input'));
            }
            this.render_rows(this.pos.bis_rows || []);
        },
        search: function (query, associate) {
            var rows = query ? _.filter(this.pos.bis_rows, function (r) { return (r.name || '').toLowerCase().indexOf(query) > -1; }) : this.pos.bis_rows;
            if (associate && rows.length === 1) { this.pick(rows[0]); }
            this.render_rows(rows);
        },
        render_rows: function (rows) {
            var contents = this.$el[0].querySelector('.rows');
            contents.innerHTML = '';
            for (var i = 0, len = Math.min(rows.length, 1000); i < len; i++) {
                var node = this.cache.get_node(rows[i].id);
                if (!node) {
                    var html = QWeb.render('BisPart2Row', {widget: this, row: rows[i]});
                    node = document.createElement('tbody');
                    node.innerHTML = html;
                    node = node.childNodes[1];
                    this.cache.cache_node(rows[i].id, node);
                }
                contents.appendChild(node);
            }
        },
        pick: function (row) {
            var order = this.pos.get_order();
            order.bis_row = row;
            order.trigger('change', order);
            this.gui.show_screen('products');
        },
    });
    gui.define_screen({name: 'bis_2', widget: BisPart2Screen});

    var BisPart3Screen = screens.ScreenWidget.extend({
        template: 'BisPart3Screen',
        previous_screen: 'products',
        init: function (parent, options) {
            this._super(parent, options);
            this.cache = new screens.DomCache();
            this.search_handler = _.debounce(this.search.bind(this), 73);
        },
        show: function () {
            var self = this;
            this._super();
            this.renderElement();
            this.$('.back').click(function () { self.gui.back(); });
            this.$('.searchbox input').on('keyup', function (event) { self.search_handler(this.value, event.which === 13); });
            if (this.pos.config.iface_vkeyboard && this.chrome.widget.keyboard) {
                this.chrome.widget.keyboard.connect(this.$('.searchbox input'));
            }
            this.render_rows(this.pos.bis_rows || []);
        },
        search: function (query, associate) {
            var rows = query ? _.filter(this.pos.bis_rows, function (r) { return (r.name || '').toLowerCase().indexOf(query) > -1; }) : this.pos.bis_rows;
            if (associate && rows.length === 1) { this.pick(rows[0]); }
            this.render_rows(rows);
        },
        render_rows: function (rows) {
            var contents = this.$el[0].querySelector('.rows');
            contents.innerHTML = '';
            for (var i = 0, len = Math.min(rows.length, 1000); i < len; i++) {
                var node = this.cache.get_node(rows[i].id);
                if (!node) {
                    var html = QWeb.render('BisPart3Row', {widget: this, row: rows[i]});
                    node = document.createElement('tbody');
                    node.innerHTML = html;
                    node = node.childNodes[1];
                    this.cache.cache_node(rows[i].id, node);
                }
                contents.appendChild(node);
            }
        },
        pick: function (row) {
            var order = this.pos.get_order();
            order.bis_row = row;
            order.trigger('change', order);
            this.gui.show_screen('products');
        },
    });
    gui.define_screen({name: 'bis_3', widget: BisPart3Screen});

    var BisPart4Screen = screens.ScreenWidget.extend({
        template: 'BisPart4Screen',
        previous_screen: 'products',
        init: function (parent, options) {
            this._super(parent, options);
            this.cache = new screens.DomCache();
            this.search_handler = _.debounce(this.search.bind(this), 74);
        },
        show: function () {
            var self = this;
            this._super();
            this.renderElement();
            this.$('.back').click(function () { self.gui.back(); });
            this.$('.searchbox input').on('keyup', function (event) { self.search_handler(this.value, event.which === 13); });
            if (this.pos.config.iface_vkeyboard && this.chrome.widget.keyboard) {
                this.chrome.widget.keyboard.connect(this.$('.searchbox input'));
            }
            this.render_rows(this.pos.bis_rows || []);
        },
        search: function (query, associate) {
            var rows = query ? _.filter(this.pos.bis_rows, function (r) { return (r.name || '').toLowerCase().indexOf(query) > -1; }) : this.pos.bis_rows;
            if (associate && rows.length === 1) { this.pick(rows[0]); }
            this.render_rows(rows);
        },
        render_rows: function (rows) {
            var contents = this.$el[0].querySelector('.rows');
            contents.innerHTML = '';
            for (var i = 0, len = Math.min(rows.length, 1000); i < len; i++) {
                var node = this.cache.get_node(rows[i].id);
                if (!node) {
                    var html = QWeb.render('BisPart4Row', {widget: this, row: rows[i]});
                    node = document.createElement('tbody');
                    node.innerHTML = html;
                    node = node.childNodes[1];
                    this.cache.cache_node(rows[i].id, node);
                }
                contents.appendChild(node);
            }
        },
        pick: function (row) {
            var order = this.pos.get_order();
            order.bis_row = row;
            order.trigger('change', order);
            this.gui.show_screen('products');
        },
    });
    gui.define_screen({name: 'bis_4', widget: BisPart4Screen});

    var BisPart5Screen = screens.ScreenWidget.extend({
        template: 'BisPart5Screen',
        previous_screen: 'products',
        init: function (parent, options) {
            this._super(parent, options);
            this.cache = new screens.DomCache();
            this.search_handler = _.debounce(this.search.bind(this), 75);
        },
        show: function () {
            var self = this;
            this._super();
            this.renderElement();
            this.$('.back').click(function () { self.gui.back(); });
            this.$('.searchbox input').on('keyup', function (event) { self.search_handler(this.value, event.which === 13); });
            if (this.pos.config.iface_vkeyboard && this.chrome.widget.keyboard) {
                this.chrome.widget.keyboard.connect(this.$('.searchbox input'));
            }
            this.render_rows(this.pos.bis_rows || []);
        },
        search: function (query, associate) {
            var rows = query ? _.filter(this.pos.bis_rows, function (r) { return (r.name || '').toLowerCase().indexOf(query) > -1; }) : this.pos.bis_rows;
            if (associate && rows.length === 1) { this.pick(rows[0]); }
            this.render_rows(rows);
        },
        render_rows: function (rows) {
            var contents = this.$el[0].querySelector('.rows');
            contents.innerHTML = '';
            for (var i = 0, len = Math.min(rows.length, 1000); i < len; i++) {
                var node = this.cache.get_node(rows[i].id);
                if (!node) {
                    var html = QWeb.render('BisPart5Row', {widget: this, row: rows[i]});
                    node = document.createElement('tbody');
                    node.innerHTML = html;
                    node = node.childNodes[1];
                    this.cache.cache_node(rows[i].id, node);
                }
                contents.appendChild(node);
            }
        },
        pick: function (row) {
            var order = this.pos.get_order();
            order.bis_row = row;
            order.trigger('change', order);
            this.gui.show_screen('products');
        },
    });
    gui.define_screen({name: 'bis_5', widget: BisPart5Screen});
    screens.OrderWidget.include({
        update_summary: function () {
            this._super();
            var order = this.pos.get_order();
            if (order && this.el.querySelector('.bis')) { this.el.querySelector('.bis').textContent = this.format_currency(order.bis_credit || 0); }
        },
        set_value: function (val) {
            var mode = this.numpad_state.get('mode');
            if (mode === 'discount' && this.pos.config.bis_limit && parseFloat(val) > 10) { return this.gui.show_popup('error', {title: _t('Too much')}); }
            return this._super(val);
        },
    });
    chrome.Chrome.prototype.widgets.push({name: 'bis_status', widget: PosBaseWidget.extend({template: 'X', start: function () { this.pos.bind('change:synch', this.renderElement, this); }}), append: '.pos-rightheader', condition: function () { return true; }});
    gui.Gui.prototype.screen_classes.filter(function (el) { return el.name === 'receipt'; })[0].widget.include({
        print: function () { this._super(); console.log('bis printed'); },
    });
    return {models: models, version: '12.0'};
});
