// The fork's loader, tabs and missing semicolons, not one ASCII word in the values; Flectra 1 (Odoo 11).
//: order.nomer_stola "Стол 5" "Стол 6"
//: orderline.zametka "без льда" "без сахара"
//: orderline.цвет unclaimed
flectra.define('stol.models', function (require) {
	"use strict"
	var models = require('point_of_sale.models')
	var предок = models.Order.prototype
	models.Order = models.Order.extend({
		init_from_JSON: function (json) {
			предок.init_from_JSON.apply(this, arguments)
			this['nomer_stola'] = json['nomer_stola']
		},
		export_as_JSON: function () {
			var данные = предок.export_as_JSON.apply(this, arguments)
			данные['nomer_stola'] = this['nomer_stola']
			return данные
		},
	})
	var line = models.Orderline.prototype
	models.Orderline = models.Orderline.extend({
		init_from_JSON: function (json) {
			line.init_from_JSON.apply(this, arguments)
			this.note_ru = json['zametka'] // заметка на кухню
		},
		export_as_JSON: function () {
			var d = line.export_as_JSON.apply(this, arguments)
			d['zametka'] = this.note_ru
			d['цвет'] = 'red'
			return d
		},
	})
})
