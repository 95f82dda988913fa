// A module that returns a promise, patient requires, console in hooks; Odoo 14.
//: order.crm_lead 12 13
//: order.crm_team "north" "south"
odoo.define('crm_pos.team', function (require) {
    'use strict';
    const models = require('point_of_sale.models');
    const field_registry = require('web.field_registry');
    const { Component } = owl;
    const env = require('web.env');
    let counter = 0;
    const _super = models.Order.prototype;
    models.Order = models.Order.extend({
        init_from_JSON(json) {
            console.log('init', ++counter, json.crm_team);
            _super.init_from_JSON.apply(this, arguments);
            this.crm_team = json.crm_team;
            this.crm_lead = this.pos.leads && this.pos.leads[json.crm_lead];
        },
        export_as_JSON() {
            const json = _super.export_as_JSON.apply(this, arguments);
            json.crm_team = this.crm_team;
            json.crm_lead = this.crm_lead ? this.crm_lead.id : null;
            console.info('export', json.crm_lead);
            return json;
        },
    });
    return new Promise((resolve) => resolve({ models }));
});
