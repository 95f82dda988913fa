// Refund of an earlier order: conditional keys, reference of the old receipt; Odoo 10.
//: order.return_ref "Order 00001-002-0003" "Order 00001-002-0004"
//: order.return_seq "R1" "R2"
//: orderline.original_line_id 55 56
//: orderline.max_return_qty 3 2
odoo.define('order_return.pos', function (require) {
	"use strict"
	var models = require('point_of_sale.models')
	var screens = require('point_of_sale.screens')
	var DB = require('point_of_sale.DB')
	var Model = require('web.DataModel')
	var gui = require('point_of_sale.gui')
	var PopupWidget = require('point_of_sale.popups')

	DB.include({
		init: function (options) {
			this._super.apply(this, arguments)
			this.order_by_id = {}
		},
		add_orders: function (orders) {
			for (var i in orders) { this.order_by_id[orders[i].id] = orders[i] }
		},
	})
	var OrderParent = models.Order
	models.Order = models.Order.extend({
		initialize: function (attributes, options) {
			OrderParent.prototype.initialize.apply(this, arguments)
			this.is_return = false
		},
		export_as_JSON: function () {
			var json = OrderParent.prototype.export_as_JSON.apply(this, arguments)
			if (this.return_ref) {
				json.return_ref = this.return_ref
			}
			if (this.is_return && this.return_seq) {
				json.return_seq = this.return_seq
			}
			return json
		},
		init_from_JSON: function (json) {
			OrderParent.prototype.init_from_JSON.apply(this, arguments)
			this.return_ref = json.return_ref
			this.return_seq = json.return_seq
		},
	})
	var LineParent = models.Orderline
	models.Orderline = models.Orderline.extend({
		export_as_JSON: function () {
			var json = LineParent.prototype.export_as_JSON.apply(this, arguments)
			json.original_line_id = this.original_line_id
			json.max_return_qty = this.max_return_qty
			return json
		},
		init_from_JSON: function (json) {
			LineParent.prototype.init_from_JSON.apply(this, arguments)
			this.original_line_id = json.original_line_id
			this.max_return_qty = json.max_return_qty
		},
		set_quantity: function (quantity) {
			if (this.original_line_id && quantity !== 'remove' && Math.abs(quantity) > this.max_return_qty) {
				this.pos.gui.show_popup('error', {title: 'Too many', body: 'Only ' + this.max_return_qty})
				return
			}
			LineParent.prototype.set_quantity.apply(this, arguments)
		},
	})
	var OrderListScreen = screens.ScreenWidget.extend({
		template: 'OrderListScreen',
		show: function () {
			this._super()
			new Model('pos.order').call('search_read', [[]]).then(function (r) { posmodel.db.add_orders(r) })
		},
	})
	gui.define_screen({name: 'orderlist', widget: OrderListScreen})
})
