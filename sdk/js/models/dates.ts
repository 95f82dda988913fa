import { luxon } from "./luxon";
import { soft } from "./standin";
import type { Any } from "./types";

const { DateTime } = luxon;

/** dates is @web/core/l10n/dates: texts as the server of Odoo writes them, and back. */
export const dates = soft("@web/core/l10n/dates", {
  serializeDate: (at: Any) => at.toFormat("yyyy-MM-dd"),
  serializeDateTime: (at: Any) => at.toFormat("yyyy-MM-dd HH:mm:ss"),
  deserializeDate: (text: Any) => DateTime.fromSQL(text),
  deserializeDateTime: (text: Any) => DateTime.fromSQL(text),
  formatDate: (at: Any) => (at ? at.toFormat("yyyy-MM-dd") : ""),
  formatDateTime: (at: Any) => (at ? at.toFormat("yyyy-MM-dd HH:mm:ss") : ""),
  parseDate: (text: Any) => DateTime.fromSQL(text),
  parseDateTime: (text: Any) => DateTime.fromSQL(text),
  today: () => DateTime.now(),
});
