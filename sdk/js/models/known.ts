import { newCollection } from "./collection";
import { newClass } from "./class";
import { dates } from "./dates";
import { Events } from "./events";
import { fieldUtils } from "./field_utils";
import type { Host } from "./host";
import { newModel } from "./model";
import { numbers } from "./numbers";
import { patch } from "./patch";
import { soft, standIn } from "./standin";
import type { Any, Class, Dict } from "./types";

/** translate gives the text as it stands, arguments filled in. */
export function translate(text: Any, ...args: Any[]): string {
  let next = 0;
  return String(text).replace(/%s/g, (s) => (next < args.length ? String(args[next++]) : s));
}

/** uuidv4 is by the chance that the change has. */
const uuidv4 = (): string =>
  "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));

/** coreModule is web.core. */
function coreModule(OdooClass: Class): Dict {
  const bus: Dict = soft("web.core.bus", Object.assign({}, Events));
  return soft("web.core", {
    _t: translate,
    _lt: translate,
    qweb: soft("web.core.qweb", { render: () => "", add_template: () => undefined }),
    bus,
    Class: OdooClass,
    mixins: soft("web.core.mixins", { EventDispatcherMixin: Events, PropertiesMixin: Events, ParentedMixin: {} }),
  });
}

/** webUtils is web.utils; its numbers are real. */
function webUtils(): Dict {
  return soft("web.utils", {
    ...numbers,
    patch,
    into: () => undefined,
    assert: () => undefined,
    set_cookie: () => undefined,
    get_cookie: () => null,
    intersperse: (text: Any) => String(text),
    human_number: (n: Any) => String(n),
  });
}

/** knownModules are the names that mean something to the host. */
export function knownModules(host: Host): Dict {
  const OdooClass = newClass();
  const core = coreModule(OdooClass);
  const { models } = host;
  const registries = host.registries.module();
  const translation = { _t: translate, _lt: translate };
  const patcher = soft("@web/core/utils/patch", { patch, unpatch: () => undefined });
  const known: Dict = {
    "point_of_sale.models": models,
    "@point_of_sale/app/store/models": models,
    "@point_of_sale/app/store/pos_store": models,
    "@point_of_sale/app/models/pos_order": models,
    "@point_of_sale/app/models/pos_order_line": models,
    "@point_of_sale/app/models/pos_payment": models,
    "@point_of_sale/js/models": models,
    "@point_of_sale/../src/js/models": models,
    "point_of_sale.Registries": registries,
    "@point_of_sale/js/Registries": registries,
    "point_of_sale.PosModelRegistry": registries.Model,
    "point_of_sale.utils": soft("point_of_sale.utils", { ...numbers }),
    "web.core": core,
    "web.Class": OdooClass,
    "web.utils": webUtils(),
    "web.field_utils": fieldUtils,
    "web.mixins": core.mixins,
    "web.translation": translation,
    "web.time": soft("web.time", {
      str_to_datetime: (text: string) => new Date(`${String(text).replace(" ", "T")}Z`),
      str_to_date: (text: string) => new Date(`${String(text)}T00:00:00Z`),
      datetime_to_str: (date: Date) => date.toISOString().slice(0, 19).replace("T", " "),
      date_to_str: (date: Date) => date.toISOString().slice(0, 10),
    }),
    "web.session": soft("web.session", { uid: 0, user_context: {}, rpc: () => standIn("web.session.rpc()") }),
    "@web/core/utils/patch": patcher,
    "@web/legacy/js/core/class": { default: OdooClass, __esModule: true },
    "@web/core/utils/numbers": numbers,
    "@web/core/l10n/translation": translation,
    "@web/core/l10n/dates": dates,
    "@point_of_sale/utils": soft("@point_of_sale/utils", {
      ...numbers,
      uuidv4,
      random5Chars: () => uuidv4().slice(0, 5),
    }),
  };
  known["web.patch"] = known["@web/core/utils/patch"];
  return known;
}

/** backbone is the global of that name. */
export const backbone = (): Dict => soft("Backbone", { Model: newModel(), Collection: newCollection(), Events });
