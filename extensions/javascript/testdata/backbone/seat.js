odoo.define('acme_seat', function (require) {
'use strict'
// Only the hook's function is captured; Backbone attributes keep the field.
var models = require('point_of_sale.models')
var exportOrderline = models.Orderline.prototype.export_as_JSON
var initOrderline = models.Orderline.prototype.init_from_JSON
models.Orderline = models.Orderline.extend({
	initialize: function (attr, options) {
		models.Orderline.__super__.initialize.call(this, attr, options)
		this.set('seat', this.get('seat') || 0, {silent: true})
	},
	set_seat: function (n) { this.set({seat: n}) },
	get_seat: function () { return this.get('seat') },
	export_as_JSON: function () {
		var json = exportOrderline.call(this)
		json.seat = this.get_seat()
		return json
	},
	init_from_JSON: function (json) {
		initOrderline.call(this, json)
		this.set_seat(json.seat || 0)
	},
	can_be_merged_with: function (other) { return this.get_seat() === other.get_seat() },
})
})
