openerp.acme_weight = function (instance) {
    var module = instance.point_of_sale;
    acme_weight_models(instance, module);
};
